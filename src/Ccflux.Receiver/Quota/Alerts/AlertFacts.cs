using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>A window, its forecast and what was already sent about it.</summary>
internal sealed record WatchedWindow(WindowRow Row, Projection Projection, AlertState State);

/// <summary>What decides which alerts the newest readings of an account cause.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Owner">The user who reports it; <see cref="AccountIdentity.Polled"/> if the receiver polls it.</param>
/// <param name="Settings">Its own rule; null if it has none.</param>
/// <param name="Windows">All of its windows, by name.</param>
internal sealed record AlertFacts(QuotaAccountId AccountId, long Owner, AlertSettings? Settings, IReadOnlyList<WatchedWindow> Windows)
{
    /// <summary>Locks the owner, whose alerts are counted, and then the windows.</summary>
    public static AlertFacts Load(WriteSession session, QuotaAccountId accountId, DateTimeOffset now)
    {
        var owner = session.Scalar(AlertSql.SelectOwner, ("account", accountId.Value)) ?? AccountIdentity.Polled;
        session.Scalar(UsersSql.Lock, ("user", owner));
        var windows = session.List(AlertSql.WindowsOfAccount, WindowRow.Read, ("account", accountId.Value));
        return new AlertFacts(
            accountId,
            owner,
            SettingsOf(session, accountId),
            [.. windows.Select(row => new WatchedWindow(row, WindowProjection.Read(session, row, now), StateOf(session, row.WindowId)))]);
    }

    private static AlertSettings? SettingsOf(WriteSession session, QuotaAccountId accountId) => session.First(
        AlertSql.SelectRule, static rows => new AlertSettings(AlertSettings.ParseThresholds(rows.Text(0)) ?? [], rows.Bool(1)), ("account", accountId.Value));

    private static AlertState StateOf(WriteSession session, long windowId) => session.First(
        AlertSql.SelectState, static rows => new AlertState(rows.Int64(0), rows.Bool(1), UnixTime.At(rows.Int64OrNull(2))), ("window", windowId)) ?? AlertState.New;
}
