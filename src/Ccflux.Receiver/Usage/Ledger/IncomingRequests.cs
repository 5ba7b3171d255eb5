using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Where an event was first reported from.</summary>
/// <param name="ReceivedAt">Epoch milliseconds.</param>
/// <param name="Device">The device that signed; null for an import.</param>
/// <param name="PluginVersion">The reporting client's version.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReportOrigin(long ReceivedAt, long? Device, string? PluginVersion);

/// <summary>Requests and turns of one user to be stored.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="From">Who sent them.</param>
/// <param name="Sessions">Each named once.</param>
internal sealed record IncomingRequests(long UserId, in ReportOrigin From, IReadOnlyList<IncomingSession> Sessions)
{
    public ReportOrigin From { get; } = From;

    /// <summary>History: it has an allowance of its own.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>The client that sent them; null for an import, which says nothing about the user's current client.</summary>
    public ClientInfo? Client { get; init; }

    /// <summary>Set by ccflux 0.1, which names the user's address.</summary>
    public ClaimedAddress? Claim { get; init; }

    public IReadOnlyList<IncomingPause> Pauses { get; init; } = [];

    /// <summary>How many facts they are: requests, turns and limit hits.</summary>
    public int Facts { get; } = Sessions.Sum(session => session.Turns.Count + session.Requests.Count + session.Limits.Count);
}

/// <param name="Other">The address that the client named, if it is not the user's.</param>
internal sealed record ClaimedAddress(string? Other);

/// <summary>An interval in which reporting was paused, in epoch milliseconds. Open while <paramref name="Until"/> is null.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IncomingPause(long From, long? Until);

/// <summary>A rate limit in an answer of the API.</summary>
/// <param name="Turn">Key of the turn; 0 if it is not known.</param>
/// <param name="At">Epoch milliseconds.</param>
/// <param name="Window">The limit's name; empty if it is not named.</param>
/// <param name="ResetsAt">Epoch milliseconds.</param>
/// <param name="IsFinal">It ended the turn.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IncomingLimit(long Turn, long At, string Window, long? ResetsAt, bool IsFinal);

/// <summary>What is to be stored of one session.</summary>
/// <param name="Key">Key of the id; 0 if the session is not known.</param>
/// <param name="SessionId">As the client names it; empty if it is not known.</param>
/// <param name="Entrypoint">How the client was started; null if it is not known.</param>
/// <param name="Turns">Of this session.</param>
/// <param name="Prompts">The prompts of these turns: their keys, and the turns'.</param>
/// <param name="Requests">Of this session.</param>
internal sealed record IncomingSession(
    long Key,
    string SessionId,
    string? Entrypoint,
    IReadOnlyList<LedgerTurn> Turns,
    IReadOnlyList<(long Prompt, long Turn)> Prompts,
    IReadOnlyList<LedgerRequest> Requests)
{
    public IReadOnlyList<IncomingLimit> Limits { get; init; } = [];

    /// <summary>Its transcripts have requests without the API's own id.</summary>
    public bool LacksIds { get; init; }

    /// <summary>When ccflux 0.1 says that the session began, in epoch milliseconds.</summary>
    public long? StartedAt { get; init; }
}

/// <summary>The result of storing requests and turns.</summary>
/// <param name="New">Requests and turns that were new.</param>
/// <param name="Changed">Those that changed what was stored.</param>
/// <param name="Unchanged">Those that said nothing new.</param>
/// <param name="OverCap">The daily cap that the user would exceed, in which case nothing was stored; or null.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LedgerResult(int New, int Changed, int Unchanged, string? OverCap = null);
