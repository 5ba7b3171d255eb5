using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Counts durations by hour and bucket in memory and adds them to the stored counts at the end of the transaction: to each person's, and to the sums over
/// everybody. Bounded by the transaction; a model or tool has at most <see cref="LatencyHistogram.MaxBuckets"/> rows an hour, person and terminal.</summary>
internal sealed class DurationRollup
{
    private readonly Dictionary<(long Subject, long Hour, long Terminal, bool IsTool, long Name, int Bucket), long> _counts = [];
    private readonly DurationTotals _totals = new();

    /// <param name="place">Where it counts.</param>
    /// <param name="isTool">The call of a tool; otherwise a request to a model.</param>
    /// <param name="name">The tool or the model.</param>
    /// <param name="milliseconds">How long it took.</param>
    public void Add(in Place place, bool isTool, long name, long milliseconds) => CollectionsMarshal.GetValueRefOrAddDefault(
        _counts, (place.Subject, Clock.Hour(place.At), place.Terminal, isTool, name, LatencyHistogram.BucketOf(milliseconds)), out _)++;

    /// <summary>Writes in the order of the key, so that several writers take rows in one order.</summary>
    public void Flush(WriteSession session)
    {
        foreach (var ((subject, hour, terminal, isTool, name, bucket), count) in _counts.OrderBy(static pair => pair.Key))
        {
            session.Execute(
                TelemetryRollupSql.AddDuration,
                ("subject", subject), ("day", hour / DurationTotals.HoursADay), ("hour_of_day", hour % DurationTotals.HoursADay), ("terminal", terminal),
                ("is_tool", isTool ? 1 : 0), ("name", name), ("bucket", bucket), ("count", count));
            _totals.Count(hour, isTool, name, terminal, bucket, count);
        }

        _totals.Add(session);
        _counts.Clear();
    }

    public void Clear()
    {
        _counts.Clear();
        _totals.Clear();
    }
}
