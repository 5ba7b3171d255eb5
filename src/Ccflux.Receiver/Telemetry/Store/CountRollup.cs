using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Adds up counts by hour or by day in memory and writes them at the end of the transaction. Bounded by the transaction.</summary>
internal sealed class CountRollup(string add)
{
    private readonly Dictionary<CountKey, long> _counts = [];

    public void Add(in CountKey key, long count) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _) += count;

    public void Flush(WriteSession session)
    {
        foreach (var (key, count) in _counts)
        {
            session.Execute(
                add,
                ("time", key.Time), ("subject", key.Subject), ("terminal", key.Terminal), ("kind", key.Kind), ("name", key.Name), ("detail", key.Detail), ("count", count));
        }

        _counts.Clear();
    }

    public void Clear() => _counts.Clear();
}

/// <param name="Time">An hour or a day.</param>
/// <param name="Kind">One of <see cref="CountKind"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountKey(long Time, long Subject, long Terminal, string Kind, long Name, long Detail);
