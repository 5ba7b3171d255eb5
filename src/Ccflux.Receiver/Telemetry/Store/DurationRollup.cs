using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Counts durations by hour and bucket in memory and adds them to the stored counts at the end of the transaction. Bounded by the transaction;
/// a model or tool has at most <see cref="LatencyHistogram.MaxBuckets"/> rows an hour, person and terminal.</summary>
internal sealed class DurationRollup
{
    private const int HoursADay = 24;

    private readonly Dictionary<DurationKey, long> _counts = [];

    /// <param name="place">Where it counts.</param>
    /// <param name="isTool">The call of a tool; otherwise a request to a model.</param>
    /// <param name="name">The tool or the model.</param>
    /// <param name="milliseconds">How long it took.</param>
    public void Add(in Place place, bool isTool, long name, long milliseconds) => CollectionsMarshal.GetValueRefOrAddDefault(
        _counts, new DurationKey(Clock.Hour(place.At), place.Subject, place.Terminal, isTool, name, LatencyHistogram.BucketOf(milliseconds)), out _)++;

    public void Flush(WriteSession session)
    {
        foreach (var (key, count) in _counts)
        {
            session.Execute(
                TelemetryRollupSql.AddDuration,
                ("subject", key.Subject), ("day", key.Hour / HoursADay), ("hour_of_day", key.Hour % HoursADay), ("terminal", key.Terminal),
                ("is_tool", key.IsTool ? 1 : 0), ("name", key.Name), ("bucket", key.Bucket), ("count", count));
        }

        _counts.Clear();
    }

    public void Clear() => _counts.Clear();

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct DurationKey(long Hour, long Subject, long Terminal, bool IsTool, long Name, int Bucket);
}
