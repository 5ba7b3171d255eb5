using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Usage.Store.Tiers;

/// <summary>Infers the tiers every <c>TIER_INFERENCE_INTERVAL_SECS</c> and writes the changes.</summary>
internal sealed partial class TierJob(
    SqliteReaders readers,
    GroupCommitWriter writer,
    IChangeFeed changes,
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
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            known = [.. (await lease.Connection.QueryAsync<TierRow>(TierSql.SelectTiers)).Select(row => row.ToTier())];
            decided = TierRule.Decide(await ReadAsync(lease, known, now));
        }

        var changed = decided.Except(known).ToList();
        var gone = known.Select(tier => tier.UserId).Except(decided.Select(tier => tier.UserId)).ToList();
        if (changed.Count == 0 && gone.Count == 0)
        {
            return;
        }

        var written = await writer.WriteAsync(connection => Write(connection, changed, gone, now));
        if (written.Status == WriteStatus.Committed)
        {
            Log.Inferred(logger, changed.Count, gone.Count);
            changes.Publish(UsageWriter.Topic);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, TimeSpan.FromSeconds(options.TierInferenceIntervalSeconds), InferAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task<IReadOnlyCollection<TierInput>> ReadAsync(ReaderLease lease, List<Tier> known, long now)
    {
        var from = now - (options.TierInferenceDays * StoredTurn.MillisecondsPerDay);
        var peaks = (await lease.Connection.QueryAsync<PeakRow>(TierSql.SelectPeaks, new { From = from, Now = now })).ToLookup(row => row.UserId);
        var hits = new Dictionary<long, LimitHit>();
        foreach (var (user, at) in (await lease.Connection.QueryAsync<HitRow>(TierSql.SelectHits, new { From = from })).Select(row => (row.UserId, row.At)))
        {
            hits[user] = new LimitHit(at, await lease.Connection.ExecuteScalarAsync<long>(TierSql.SelectHeld, new { UserId = user, At = at }));
        }

        var tiers = known.ToDictionary(tier => tier.UserId);
        return [.. peaks.Select(group => group.Key).Union(hits.Keys).Select(user => new TierInput(
            user,
            [.. peaks[user].Select(row => new Peak(row.StartAt, row.Billed))],
            hits.TryGetValue(user, out var hit) ? hit : null,
            tiers.TryGetValue(user, out var tier) ? tier : null))];
    }

    private static bool Write(SqlConnection connection, List<Tier> changed, List<long> gone, long now)
    {
        foreach (var tier in changed)
        {
            connection.Execute(TierSql.Put, tier.UserId, tier.Label, tier.PeakTokens, tier.Method, tier.WindowCount, now, tier.LimitHitAt);
        }

        foreach (var user in gone)
        {
            connection.Execute(TierSql.Delete, user);
        }

        return true;
    }

    // Classes, not records: if a query has no rows, SQLite does not report the type of a computed column, and a record's constructor must match it.
    private sealed class PeakRow
    {
        public long UserId { get; init; }

        public long StartAt { get; init; }

        public long Billed { get; init; }
    }

    private sealed class HitRow
    {
        public long UserId { get; init; }

        public long At { get; init; }
    }

    private sealed class TierRow
    {
        public long UserId { get; init; }

        public string Label { get; init; } = "";

        public long PeakTokens { get; init; }

        public string Method { get; init; } = "";

        public long WindowCount { get; init; }

        public long? LimitHitAt { get; init; }

        public Tier ToTier() => new(UserId, Label, PeakTokens, Method, (int)WindowCount, LimitHitAt);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Tiers: {Changed} changed, {Gone} removed")]
        public static partial void Inferred(ILogger logger, int changed, int gone);

        [LoggerMessage(2, LogLevel.Error, "Tier inference failed; retrying at the next interval")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
