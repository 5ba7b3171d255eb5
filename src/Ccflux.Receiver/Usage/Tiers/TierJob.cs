using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Tiers;

/// <summary>Infers the tiers every <c>TIER_INFERENCE_INTERVAL_SECS</c> and writes the changes.</summary>
internal sealed partial class TierJob(
    ReadSessions readers,
    GroupCommitWriter writer,
    IChangeFeed changes,
    DayCache days,
    OrganisationCalendar calendar,
    UsageOptions options,
    TimeProvider time,
    ILogger<TierJob> logger) : BackgroundService
{
    /// <summary>Runs one inference.</summary>
    internal async Task InferAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        List<Tier> known;
        IReadOnlyList<Tier> decided;
        using (var snapshot = await UsageSnapshot.OpenAsync(readers, DataScope.Everybody, calendar, time, cancellationToken))
        {
            known = snapshot.Session.List(TierSql.SelectTiers, static rows =>
                new Tier(rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Text(3), rows.Int32(4), rows.Int64OrNull(5)));
            decided = TierRule.Decide(Read(snapshot, known, now));
        }

        var changed = decided.Except(known).ToList();
        var gone = known.Select(tier => tier.UserId).Except(decided.Select(tier => tier.UserId)).ToList();
        if (changed.Count == 0 && gone.Count == 0)
        {
            return;
        }

        var written = await writer.WriteAsync(session => Write(session, changed, gone, now));
        if (written.IsCommitted)
        {
            Log.Inferred(logger, changed.Count, gone.Count);
            changes.Publish(LedgerWriter.Topic);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, TimeSpan.FromSeconds(options.TierInferenceIntervalSeconds), InferAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private IReadOnlyCollection<TierInput> Read(UsageSnapshot snapshot, List<Tier> known, long now)
    {
        var from = now - (options.TierInferenceDays * UnixTime.Day);
        var (firstDay, today) = (calendar.DayOf(from), calendar.DayOf(now));
        var windows = days.Read(snapshot.Session, snapshot.StoreId, firstDay, today, snapshot.Models).SelectMany(day => day.Windows).ToList();
        var peaks = windows.Where(window => window.StartAt >= from && !window.IsOpen(now) && window.Tokens.Billed > 0)
            .ToLookup(window => (long)window.User, window => new Peak(window.StartAt, window.Tokens.Billed));
        var hits = new Dictionary<long, LimitHit>();
        foreach (var (user, at) in snapshot.Session.List(TierSql.SelectHits, static rows => (rows.Int64(0), rows.Int64(1)), ("from", from)))
        {
            var window = windows.Find(window => window.User == user && window.StartAt <= at && at < window.EndsAt);
            var held = window == default ? 0 : snapshot.Session.Scalar(TierSql.SelectHeld, ("user", user), ("from", window.StartAt), ("at", at)) ?? 0;
            hits[user] = new LimitHit(at, held);
        }

        var tiers = known.ToDictionary(tier => tier.UserId);
        return [.. peaks.Select(group => group.Key).Union(hits.Keys).Select(user => new TierInput(
            user,
            [.. peaks[user]],
            hits.TryGetValue(user, out var hit) ? hit : null,
            tiers.TryGetValue(user, out var tier) ? tier : null))];
    }

    private static bool Write(WriteSession session, List<Tier> changed, List<long> gone, long now)
    {
        foreach (var tier in changed.Where(tier => !Tombstones.IsErased(session, tier.UserId)))
        {
            session.Execute(
                TierSql.Put,
                ("user", tier.UserId), ("label", tier.Label), ("peak_tokens", tier.PeakTokens), ("method", tier.Method),
                ("window_count", tier.WindowCount), ("now", now), ("limit_hit_at", tier.LimitHitAt));
        }

        foreach (var user in gone)
        {
            session.Execute(TierSql.Delete, ("user", user));
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Tiers: {Changed} changed, {Gone} removed")]
        public static partial void Inferred(ILogger logger, int changed, int gone);

        [LoggerMessage(2, LogLevel.Error, "Tier inference failed; retrying at the next interval")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
