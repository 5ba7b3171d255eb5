using System.Runtime.InteropServices;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Collects how durations change the sums over everybody, by hour and by day, and writes each bucket once. Bounded by the transaction.
/// Buckets are written in the order of the key, so that several writers take rows in one order.</summary>
internal sealed class DurationTotals
{
    public const int HoursADay = 24;

    /// <summary>The number of this process among those that write: there is one.</summary>
    private const int Writer = 0;

    private readonly Dictionary<(bool IsDay, long Period, bool IsTool, long Name, long Terminal, long Bucket), long> _counts = [];

    /// <param name="hour">When.</param>
    /// <param name="isTool">Calls of a tool; otherwise requests to a model.</param>
    /// <param name="name">The tool or the model.</param>
    /// <param name="terminal">Where.</param>
    /// <param name="bucket">One of <see cref="LatencyHistogram"/>.</param>
    /// <param name="count">How many.</param>
    public void Count(long hour, bool isTool, long name, long terminal, long bucket, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, (false, hour, isTool, name, terminal, bucket), out _) += count;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, (true, hour / HoursADay, isTool, name, terminal, bucket), out _) += count;
    }

    /// <summary>Adds what was counted to this writer's rows.</summary>
    public void Add(WriteSession session)
    {
        foreach (var ((isDay, period, isTool, name, terminal, bucket), count) in _counts.OrderBy(static pair => pair.Key))
        {
            session.Execute(
                TelemetryRollupSql.AddDurationSum,
                ("is_day", isDay ? 1 : 0), ("period", period), ("is_tool", isTool ? 1 : 0), ("name", name), ("terminal", terminal), ("bucket", bucket), ("writer", Writer),
                ("count", count));
        }

        _counts.Clear();
    }

    /// <summary>Takes away what was counted, from the rows of any writer: nobody knows which of them added it. A row of which nothing is left goes.</summary>
    public void Take(WriteSession session)
    {
        foreach (var ((isDay, period, isTool, name, terminal, bucket), count) in _counts.OrderBy(static pair => pair.Key))
        {
            SqlParameter[] key = [("is_day", isDay ? 1 : 0), ("period", period), ("is_tool", isTool ? 1 : 0), ("name", name), ("terminal", terminal), ("bucket", bucket)];
            var left = count;
            foreach (var (writer, stored) in session.List(TelemetryRollupSql.SelectDurationSums, static rows => (rows.Int64(0), rows.Int64(1)), key))
            {
                if (left > 0 && stored <= left)
                {
                    session.Execute(TelemetryRollupSql.DeleteDurationSum, [.. key, ("writer", writer)]);
                    left -= Math.Max(0, stored);
                }
                else if (left > 0)
                {
                    session.Execute(TelemetryRollupSql.ShrinkDurationSum, [.. key, ("writer", writer), ("count", left)]);
                    left = 0;
                }
            }
        }

        _counts.Clear();
    }

    public void Clear() => _counts.Clear();
}
