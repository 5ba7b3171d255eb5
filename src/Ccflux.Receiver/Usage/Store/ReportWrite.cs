using Ccflux.Contracts.Usage;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Turns of one user to be stored, from a report or an import.</summary>
/// <param name="UserId">Whose turns.</param>
/// <param name="SchemaVersion">Turn indexes count reports in schema 1 and prompts in schema 2, so they do not mix.</param>
/// <param name="Turns">Validated by <c>ReportRules</c>.</param>
/// <param name="DeviceRef">The device that signed.</param>
/// <param name="Client">The client that sent them; null for an import, which says nothing about the user's current client.</param>
/// <param name="PluginVersion">Stored with the turns.</param>
/// <param name="ClaimedEmail">Schema 1's e-mail address, if it differs from the user's.</param>
/// <param name="ReceivedAt">Epoch milliseconds.</param>
internal sealed record IncomingTurns(
    long UserId,
    int SchemaVersion,
    IReadOnlyList<TurnReport> Turns,
    long? DeviceRef,
    ClientInfo? Client,
    string? PluginVersion,
    string? ClaimedEmail,
    long ReceivedAt);

/// <summary>The result of storing turns.</summary>
/// <param name="Accepted">Turns that were new or changed what was stored.</param>
/// <param name="Unchanged">Turns that were already stored.</param>
/// <param name="OverCap">The daily cap that the user would exceed, in which case nothing was stored; or null.</param>
internal readonly record struct StoreResult(int Accepted, int Unchanged, string? OverCap);

/// <summary>The writer's entry for <see cref="IncomingTurns"/>.</summary>
internal sealed class ReportWrite(UsageWriter usage, IncomingTurns turns, DailyCaps caps) : WriteEntry<StoreResult>
{
    public override int Weight => turns.Turns.Count;

    protected override StoreResult Write(WriteSession session) => usage.Write(session, turns, caps);
}

/// <summary>What a user may add per day: sessions, model names new to the user, and rows of facts.</summary>
internal sealed record DailyCaps(int Sessions, int Models, int Turns = int.MaxValue, int Events = int.MaxValue, int LimitEvents = int.MaxValue)
{
    /// <summary>For imports, whose rows a receiver has accepted before.</summary>
    public static DailyCaps None { get; } = new(int.MaxValue, int.MaxValue);
}
