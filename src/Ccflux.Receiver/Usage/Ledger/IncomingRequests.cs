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

    /// <summary>How many rows of facts they are.</summary>
    public int Rows { get; } = Sessions.Sum(session => 1 + session.Turns.Count + session.Requests.Count);
}

/// <summary>What is to be stored of one session.</summary>
/// <param name="Key">Key of the id.</param>
/// <param name="SessionId">As the client names it.</param>
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
    IReadOnlyList<LedgerRequest> Requests);

/// <summary>The result of storing requests and turns.</summary>
/// <param name="New">Rows that were new.</param>
/// <param name="Changed">Rows that changed what was stored.</param>
/// <param name="Unchanged">Rows that said nothing new.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LedgerResult(int New, int Changed, int Unchanged);
