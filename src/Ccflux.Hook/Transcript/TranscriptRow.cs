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

    /// <summary>A tool result or a retry: the turn continues.</summary>
    Activity,

    /// <summary>The user stopped the turn.</summary>
    Interrupt,

    /// <summary>The API's final refusal, which the client writes as a synthetic message.</summary>
    Failure,

    /// <summary>A rate limit after which the client retries.</summary>
    Limit,

    /// <summary>A line that cannot be read; its <see cref="TranscriptRow.Fault"/> says why.</summary>
    Malformed,
}

/// <summary>A line of a transcript, reduced to what usage needs. It contains nothing of the line's content.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct TranscriptRow
{
    public RowKind Kind;

    /// <summary>Why the row is <see cref="RowKind.Malformed"/>, or which part of a message was skipped.</summary>
    public LineFault Fault;

    /// <summary>Written by a subagent.</summary>
    public bool Sidechain;

    /// <summary>More follows in this turn: the message calls a tool.</summary>
    public bool CallsTool;

    /// <summary>A <see cref="RowKind.Failure"/> or <see cref="RowKind.Limit"/> that is a rate limit.</summary>
    public bool RateLimited;

    /// <summary>When the row was written, in epoch milliseconds; 0 if the row does not say.</summary>
    public long AtMs;

    /// <summary>Identity of a message's request; 0 if it has no request id of the API's own form, so that the rows around it decide.</summary>
    public long Key;

    /// <summary><see cref="Key"/> is made of the API's own id.</summary>
    public bool HasApiId;

    /// <summary>The session that a message, prompt or failure names; null if it names none.</summary>
    public string? Session;

    /// <summary>The row says that <see cref="Session"/> made the request: in a fork's copies, the session that was copied.</summary>
    public bool OwnSession;

    /// <summary>For reports: key of the turn that a <see cref="RowKind.Prompt"/> starts.</summary>
    public long Turn;

    /// <summary>For reports: key of the <c>promptId</c> that any user's row names; 0 if it names none.</summary>
    public long Prompt;

    /// <summary>Null unless the parser follows parents.</summary>
    public RowIds? Ids;

    public MessageUsage Usage;

    /// <summary>The limit's name and reset for a <see cref="RowKind.Limit"/>.</summary>
    public string? Window;

    public long ResetsAtMs;
    public string? Entrypoint;
    public string? Version;

    public void Fail(LineFault fault)
    {
        Kind = RowKind.Malformed;
        Fault = fault;
    }
}
