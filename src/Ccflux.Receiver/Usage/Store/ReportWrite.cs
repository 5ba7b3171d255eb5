using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Turns of one user to be stored, from a report or an import.</summary>
/// <param name="UserId">Whose turns.</param>
/// <param name="SchemaVersion">1 counts reports, 2 prompts: their indexes do not mix.</param>
/// <param name="Turns">Valid by <c>ReportRules</c>.</param>
/// <param name="DeviceRef">The device that signed.</param>
/// <param name="Client">What sent them; null for an import, which says nothing about the user's present client.</param>
/// <param name="PluginVersion">Kept with the turns.</param>
/// <param name="ClaimedEmail">Schema 1's address, where it names another than the user's.</param>
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

/// <summary>What storing turns came to.</summary>
/// <param name="Accepted">Turns that were new or changed what was stored.</param>
/// <param name="Unchanged">Turns stored already.</param>
/// <param name="OverCap">What the user has had enough of today, in which case nothing was stored; or null.</param>
internal readonly record struct StoreResult(int Accepted, int Unchanged, string? OverCap);

/// <summary>The writer's entry for <see cref="IncomingTurns"/>.</summary>
internal sealed class ReportWrite(UsageWriter usage, IncomingTurns turns, DailyCaps caps) : WriteEntry<StoreResult>
{
    public override int Weight => turns.Turns.Count;

    protected override StoreResult Write(SqlConnection connection) => usage.Write(connection, turns, caps);
}

/// <summary>What a user may add on one day: sessions, model names new to the user, and rows of facts.</summary>
internal sealed record DailyCaps(int Sessions, int Models, int Turns = int.MaxValue, int Events = int.MaxValue, int LimitEvents = int.MaxValue)
{
    /// <summary>For imports, whose rows have passed a receiver before.</summary>
    public static DailyCaps None { get; } = new(int.MaxValue, int.MaxValue);
}
