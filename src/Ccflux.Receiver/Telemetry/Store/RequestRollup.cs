using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up requests by hour or by day in memory and writes them at the end of the transaction. Bounded by the transaction.</summary>
internal sealed class RequestRollup(string add)
{
    private readonly Dictionary<RequestKey, Cell> _cells = [];

    public void Add(in RequestKey key, long requests, long errors, in RequestSums sums)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, key, out _);
        cell.Requests += requests;
        cell.Errors += errors;
        cell.Sums += sums;
    }

    public void Flush(WriteSession session)
    {
        foreach (var (key, cell) in _cells)
        {
            session.Execute(
                add,
                ("time", key.Time), ("subject", key.Subject), ("terminal", key.Terminal), ("model", key.Model), ("source", RequestSources.Name(key.Source)),
                ("requests", cell.Requests), ("errors", cell.Errors), ("input_tokens", cell.Sums.Input), ("output_tokens", cell.Sums.Output),
                ("cache_read_tokens", cell.Sums.CacheRead), ("cache_write_tokens", cell.Sums.CacheWrite), ("cost", cell.Sums.Cost));
        }

        _cells.Clear();
    }

    public void Clear() => _cells.Clear();

    [StructLayout(LayoutKind.Auto)]
    private struct Cell
    {
        public long Requests;
        public long Errors;
        public RequestSums Sums;
    }
}

/// <param name="Time">An hour or a day.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestKey(long Time, long Subject, long Terminal, long Model, RequestSource Source);
