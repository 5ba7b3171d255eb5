using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up everything in a transaction: hours, days, and what each session used. Bounded by the transaction.</summary>
internal sealed class TelemetryRollupAccumulator
{
    private readonly RequestRollup _hours = new(TelemetryRollupSql.AddHour);
    private readonly RequestRollup _days = new(TelemetryRollupSql.AddDay);
    private readonly CountRollup _hourCounts = new(TelemetryRollupSql.AddHourCount);
    private readonly CountRollup _dayCounts = new(TelemetryRollupSql.AddDayCount);
    private readonly DurationRollup _durations = new();
    private readonly Dictionary<UsageKey, (long Requests, RequestSums Sums)> _usage = [];

    public void Request(TelemetrySession session, in Place place, in RequestSums sums, long? milliseconds)
    {
        AddRequests(place, RequestSource.Events, 1, 0, sums);
        AddUsage(session, place, RequestSource.Events, 1, sums);
        if (milliseconds is { } length)
        {
            _durations.Add(place, isTool: false, place.Model, length);
        }
    }

    public void Error(in Place place) => AddRequests(place, RequestSource.Events, 0, 1, default);

    /// <summary>Adds tokens or cost of a metric; if events describe the session, they are stored next to those of the events but not counted.</summary>
    public void Metric(TelemetrySession session, in Place place, in RequestSums sums)
    {
        AddRequests(place, session.HasEvents ? RequestSource.Shadowed : RequestSource.Metrics, 0, 0, sums);
        AddUsage(session, place, RequestSource.Metrics, 0, sums);
    }

    /// <param name="place">Where it counts.</param>
    /// <param name="kind">One of <see cref="CountKind"/>.</param>
    /// <param name="name">What was counted.</param>
    /// <param name="detail">How it ended or who decided.</param>
    /// <param name="count">How often.</param>
    /// <param name="milliseconds">How long the call of a tool took. Nothing else that is counted here has a duration.</param>
    public void Count(in Place place, string kind, long name, long detail, long count, long? milliseconds = null)
    {
        _hourCounts.Add(new CountKey(Clock.Hour(place.At), place.Subject, place.Terminal, kind, name, detail), count);
        _dayCounts.Add(new CountKey(Clock.Day(place.At), place.Subject, place.Terminal, kind, name, detail), count);
        if (milliseconds is { } length)
        {
            _durations.Add(place, isTool: true, name, length);
        }
    }

    /// <summary>The first events of a session arrived: what its metrics added so far no longer counts.</summary>
    public void Shadow(WriteSession writing, TelemetrySession session)
    {
        FlushUsage(writing);
        using var rows = writing.Query(TelemetryRollupSql.SelectSessionMetrics, ("subject", session.Subject), ("session", session.Ref));
        while (rows.Read())
        {
            var place = new Place(session.Subject, rows.Int64(2), rows.Int64(1), 0, rows.Int64(0) * UnixTime.Hour);
            var sums = new RequestSums(rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6), rows.Int64(7));
            AddRequests(place, RequestSource.Metrics, 0, 0, -sums);
            AddRequests(place, RequestSource.Shadowed, 0, 0, sums);
        }
    }

    public void Flush(WriteSession writing)
    {
        _hours.Flush(writing);
        _days.Flush(writing);
        _hourCounts.Flush(writing);
        _dayCounts.Flush(writing);
        _durations.Flush(writing);
        FlushUsage(writing);
    }

    public void Clear()
    {
        _hours.Clear();
        _days.Clear();
        _hourCounts.Clear();
        _dayCounts.Clear();
        _durations.Clear();
        _usage.Clear();
    }

    private void AddRequests(in Place place, RequestSource source, long requests, long errors, in RequestSums sums)
    {
        _hours.Add(new RequestKey(Clock.Hour(place.At), place.Subject, place.Terminal, place.Model, source), requests, errors, sums);
        _days.Add(new RequestKey(Clock.Day(place.At), place.Subject, place.Terminal, place.Model, source), requests, errors, sums);
    }

    private void AddUsage(TelemetrySession session, in Place place, RequestSource source, long requests, in RequestSums sums)
    {
        var key = new UsageKey(place.Subject, session.Ref, source, Clock.Hour(place.At), place.Model, place.Terminal, place.Query);
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_usage, key, out _);
        cell.Requests += requests;
        cell.Sums += sums;
    }

    private void FlushUsage(WriteSession writing)
    {
        foreach (var (key, (requests, sums)) in _usage)
        {
            writing.Execute(
                TelemetryRollupSql.AddSessionUsage,
                ("subject", key.Subject), ("session", key.Session), ("source", RequestSources.Name(key.Source)), ("hour", key.Hour), ("model", key.Model),
                ("terminal", key.Terminal), ("query", key.Query), ("requests", requests), ("input_tokens", sums.Input), ("output_tokens", sums.Output),
                ("cache_read_tokens", sums.CacheRead), ("cache_write_tokens", sums.CacheWrite), ("cost", sums.Cost));
        }

        _usage.Clear();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct UsageKey(long Subject, long Session, RequestSource Source, long Hour, long Model, long Terminal, long Query);
}

/// <summary>Where a record counts: ids, and its instant in epoch milliseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Place(long Subject, long Terminal, long Model, long Query, long At);
