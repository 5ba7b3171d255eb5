using System.Runtime.InteropServices;

namespace Ccflux.Hook.Transcript;

/// <summary>What a transcript line means for usage.</summary>
internal enum RowKind : byte
{
    /// <summary>Nothing: bookkeeping, meta text, a compact summary, a local command.</summary>
    Ignored,

    /// <summary>A user's prompt: a turn starts.</summary>
    Prompt,

    /// <summary>One content block of an API message, with the usage of the whole message.</summary>
    Message,

    /// <summary>A tool result or a retry: the turn goes on.</summary>
    Activity,

    /// <summary>The user stopped the turn.</summary>
    Interrupt,

    /// <summary>The API's final refusal, which the client writes as a synthetic message.</summary>
    Failure,

    /// <summary>A rate limit after which the client tries again.</summary>
    Limit,

    /// <summary>A line that is no JSON object, or that holds impossible figures.</summary>
    Malformed,
}

/// <summary>A line of a transcript, reduced to what usage needs. Nothing of its content is in here.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct TranscriptRow
{
    public RowKind Kind;

    /// <summary>Written by a subagent.</summary>
    public bool Sidechain;

    /// <summary>More is to follow in this turn: the message calls a tool.</summary>
    public bool CallsTool;

    /// <summary>A <see cref="RowKind.Failure"/> or <see cref="RowKind.Limit"/> that is a rate limit.</summary>
    public bool RateLimited;

    /// <summary>When the row was written, in epoch milliseconds; 0 where the row does not say.</summary>
    public long AtMs;

    /// <summary>Hash of the message's id, or of a prompt's uuid. Never 0 on a row that is to be counted.</summary>
    public ulong Id;

    /// <summary>Hash of the id of the tool call that starts a subagent; 0 for none.</summary>
    public ulong AgentCall;

    public MessageUsage Usage;

    /// <summary>The limit's name and reset on a <see cref="RowKind.Limit"/>.</summary>
    public string? Window;

    public long ResetsAtMs;
    public string? Entrypoint;
    public string? Version;
}
