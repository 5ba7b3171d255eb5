using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>
/// Records limits that sessions hit, so that rotation reacts at once and not at the next poll. A report names its session and no account: the account is that
/// of the config dir whose agent reports the session now and has done so since before the hit. The caller must know whether to trust a session's reports.
/// </summary>
internal sealed partial class LimitHitRecorder(LiveSessions sessions, RotationWakeSignal wake, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time, ILogger<LimitHitRecorder> logger) : ISessionLimitHits
{
    public bool IsOfFleet(string sessionId) => sessions.AgentOf(sessionId) is not null;

    public async Task<bool> NoteAsync(IReadOnlyList<SessionLimitHit> limits)
    {
        var now = time.GetUtcNow();
        var last = limits
            .Select(limit => (Agent: sessions.AgentOf(limit.SessionId), Limit: limit with { Window = LimitNames.Canonical(limit.Window), At = limit.At > now ? now : limit.At }))
            .Where(met => met.Agent is not null)
            .GroupBy(met => (met.Limit.SessionId, met.Limit.Window))
            .Select(same => same.MaxBy(met => met.Limit.At))
            .ToList();
        if (last.Count == 0)
        {
            return true;
        }

        var written = await writer.WriteAsync(session => last.Select(met => (Account: Write(session, met.Agent!, met.Limit, now), met.Limit.Window)).Where(met => met.Account is not null).ToList());
        if (written.TryGet(out var news) && news.Count > 0)
        {
            foreach (var (account, window) in news)
            {
                Log.Met(logger, account!.Value.Value, window);
            }

            wake.Give();
            changes.Publish(FleetFeature.Topic);
        }

        return written.IsCommitted;
    }

    /// <returns>The account, if the hit is news for it.</returns>
    private static FleetAccountId? Write(WriteSession session, string agent, SessionLimitHit limit, DateTimeOffset now)
    {
        if (AccountAt(session, agent, limit.At) is not { } account)
        {
            return null;
        }

        var (read, readReset) = Read(session, account, limit.Window);
        if (!LimitRule.IsOf(limit, read, readReset, now))
        {
            return null;
        }

        var isKnown = session.Scalar(LimitSql.Count, ("account", account.Value), ("window", limit.Window), ("now", now.ToUnixTimeMilliseconds())) > 0;
        session.Execute(LimitSql.Prune, ("now", now.ToUnixTimeMilliseconds()));
        session.Execute(
            LimitSql.Put,
            ("account", account.Value),
            ("window", limit.Window),
            ("at", limit.At.ToUnixTimeMilliseconds()),
            ("resets_at", limit.ResetsAt.ToUnixTimeMilliseconds()));
        if (isKnown)
        {
            return null;
        }

        RotationEvents.Write(session, now, new RotationEvent(RotationEvent.LimitMet, agent, account, null, limit.Window));
        return account;
    }

    private static FleetAccountId? AccountAt(WriteSession session, string agent, DateTimeOffset at)
    {
        using var rows = session.Query(AgentSql.AccountSince, ("agent", agent));
        return rows.Read() && rows.Int64(1) <= at.ToUnixTimeMilliseconds() ? new FleetAccountId(rows.Int64(0)) : null;
    }

    private static (bool Read, DateTimeOffset? Reset) Read(WriteSession session, FleetAccountId account, string window)
    {
        using var rows = session.Query(LimitSql.ReadReset, ("account", account.Value), ("window", window));
        return rows.Read() ? (true, UnixTime.At(rows.Int64OrNull(0))) : (false, null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Account {Account} hit its limit {Window}, according to a session's report.")]
        public static partial void Met(ILogger logger, long account, string window);
    }
}
