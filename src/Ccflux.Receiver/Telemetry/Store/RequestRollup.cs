using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up requests by hour or by day in memory and writes them at the end of the transaction. Bounded by the transaction.</summary>
internal sealed class RequestRollup(string add, string selectLatency)
{
    private readonly Dictionary<RequestKey, Cell> _cells = [];

    public void Add(in RequestKey key, long requests, long errors, in RequestSums sums, long? milliseconds = null)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, key, out _);
        cell.Requests += requests;
        cell.Errors += errors;
        cell.Sums += sums;
        if (milliseconds is { } length)
        {
            (cell.Latency ??= new LatencyHistogram()).Add(length);
        }
    }

    public void Flush(SqlConnection connection)
    {
        foreach (var (key, cell) in _cells)
        {
            var source = RequestSources.Name(key.Source);
            if (cell.Latency is { } latency)
            {
                using var rows = connection.Query(selectLatency, key.Time, key.Subject, key.Terminal, key.Model, source);
                if (rows.Read() && !rows.IsNull(0))
                {
                    latency.Add(rows.Blob(0));
                }
            }

            connection.Execute(
                add,
                key.Time, key.Subject, key.Terminal, key.Model, source, cell.Requests, cell.Errors,
                cell.Sums.Input, cell.Sums.Output, cell.Sums.CacheRead, cell.Sums.CacheWrite, cell.Sums.Cost, cell.Latency?.ToArray());
        }

        _cells.Clear();
    }

    public void Clear() => _cells.Clear();

    private struct Cell
    {
        public long Requests;
        public long Errors;
        public RequestSums Sums;
        public LatencyHistogram? Latency;
    }
}

/// <param name="Time">An hour or a day.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestKey(long Time, long Subject, long Terminal, long Model, RequestSource Source);
