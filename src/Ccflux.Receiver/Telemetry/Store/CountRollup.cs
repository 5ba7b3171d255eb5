using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up counts by hour or by day in memory and writes them at the end of the transaction. Bounded by the transaction.</summary>
internal sealed class CountRollup(string add, string selectLatency)
{
    private readonly Dictionary<CountKey, Cell> _cells = [];

    public void Add(in CountKey key, long count, long? milliseconds = null)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, key, out _);
        cell.Count += count;
        if (milliseconds is { } length)
        {
            (cell.Latency ??= new LatencyHistogram()).Add(length);
        }
    }

    public void Flush(WriteSession session)
    {
        foreach (var (key, cell) in _cells)
        {
            if (cell.Latency is { } latency)
            {
                using var rows = session.Query(
                    selectLatency,
                    ("time", key.Time), ("subject", key.Subject), ("terminal", key.Terminal), ("kind", key.Kind), ("name", key.Name), ("detail", key.Detail));
                if (rows.Read() && !rows.IsNull(0))
                {
                    latency.Add(rows.Bytes(0));
                }
            }

            session.Execute(
                add,
                ("time", key.Time), ("subject", key.Subject), ("terminal", key.Terminal), ("kind", key.Kind), ("name", key.Name), ("detail", key.Detail),
                ("count", cell.Count), ("latency", cell.Latency?.ToArray()));
        }

        _cells.Clear();
    }

    public void Clear() => _cells.Clear();

    private struct Cell
    {
        public long Count;
        public LatencyHistogram? Latency;
    }
}

/// <param name="Time">An hour or a day.</param>
/// <param name="Kind">One of <see cref="CountKind"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountKey(long Time, long Subject, long Terminal, string Kind, long Name, long Detail);
