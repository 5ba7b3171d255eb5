using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up everything in a transaction: hours, days, and what each session used. Bounded by the transaction.</summary>
internal sealed class TelemetryRollupAccumulator
{
    private readonly RequestRollup _hours = new(TelemetryRollupSql.AddHour, TelemetryRollupSql.SelectHourLatency);
    private readonly RequestRollup _days = new(TelemetryRollupSql.AddDay, TelemetryRollupSql.SelectDayLatency);
    private readonly CountRollup _hourCounts = new(TelemetryRollupSql.AddHourCount, TelemetryRollupSql.SelectHourCountLatency);
    private readonly CountRollup _dayCounts = new(TelemetryRollupSql.AddDayCount, TelemetryRollupSql.SelectDayCountLatency);
    private readonly Dictionary<UsageKey, (long Requests, RequestSums Sums)> _usage = [];

    public void Request(TelemetrySession session, in Place place, in RequestSums sums, long? milliseconds)
    {
        AddRequests(place, RequestSource.Events, 1, 0, sums, milliseconds);
        AddUsage(session, place, RequestSource.Events, 1, sums);
    }

    public void Error(in Place place) => AddRequests(place, RequestSource.Events, 0, 1, default);

    /// <summary>Adds tokens or cost of a metric; if events describe the session, they are stored next to those of the events but not counted.</summary>
    public void Metric(TelemetrySession session, in Place place, in RequestSums sums)
    {
        AddRequests(place, session.HasEvents ? RequestSource.Shadowed : RequestSource.Metrics, 0, 0, sums);
        AddUsage(session, place, RequestSource.Metrics, 0, sums);
    }

    public void Count(in Place place, string kind, long name, long detail, long count, long? milliseconds = null)
    {
        _hourCounts.Add(new CountKey(Clock.Hour(place.At), place.Subject, place.Terminal, kind, name, detail), count, milliseconds);
        _dayCounts.Add(new CountKey(Clock.Day(place.At), place.Subject, place.Terminal, kind, name, detail), count, milliseconds);
    }

    /// <summary>The first events of a session arrived: what its metrics added so far no longer counts.</summary>
    public void Shadow(SqlConnection connection, TelemetrySession session)
    {
        FlushUsage(connection);
        using var rows = connection.Query(TelemetryRollupSql.SelectSessionMetrics, session.Subject, session.Ref);
        while (rows.Read())
        {
            var place = new Place(session.Subject, rows.Number(2), rows.Number(1), 0, rows.Number(0) * Clock.HourMs);
            var sums = new RequestSums(rows.Number(3), rows.Number(4), rows.Number(5), rows.Number(6), rows.Number(7));
            AddRequests(place, RequestSource.Metrics, 0, 0, -sums);
            AddRequests(place, RequestSource.Shadowed, 0, 0, sums);
        }
    }

    public void Flush(SqlConnection connection)
    {
        _hours.Flush(connection);
        _days.Flush(connection);
        _hourCounts.Flush(connection);
        _dayCounts.Flush(connection);
        FlushUsage(connection);
    }

    public void Clear()
    {
        _hours.Clear();
        _days.Clear();
        _hourCounts.Clear();
        _dayCounts.Clear();
        _usage.Clear();
    }

    private void AddRequests(in Place place, RequestSource source, long requests, long errors, in RequestSums sums, long? milliseconds = null)
    {
        _hours.Add(new RequestKey(Clock.Hour(place.At), place.Subject, place.Terminal, place.Model, source), requests, errors, sums, milliseconds);
        _days.Add(new RequestKey(Clock.Day(place.At), place.Subject, place.Terminal, place.Model, source), requests, errors, sums, milliseconds);
    }

    private void AddUsage(TelemetrySession session, in Place place, RequestSource source, long requests, in RequestSums sums)
    {
        var key = new UsageKey(place.Subject, session.Ref, source, Clock.Hour(place.At), place.Model, place.Terminal, place.Query);
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_usage, key, out _);
        cell.Requests += requests;
        cell.Sums += sums;
    }

    private void FlushUsage(SqlConnection connection)
    {
        foreach (var (key, (requests, sums)) in _usage)
        {
            connection.Execute(
                TelemetryRollupSql.AddSessionUsage,
                key.Subject, key.Session, RequestSources.Name(key.Source), key.Hour, key.Model, key.Terminal, key.Query, requests,
                sums.Input, sums.Output, sums.CacheRead, sums.CacheWrite, sums.Cost);
        }

        _usage.Clear();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct UsageKey(long Subject, long Session, RequestSource Source, long Hour, long Model, long Terminal, long Query);
}

/// <summary>Where a record counts: ids, and its instant in epoch milliseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Place(long Subject, long Terminal, long Model, long Query, long At);
