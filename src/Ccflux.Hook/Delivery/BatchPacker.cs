using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Packs turns into batches that the receiver accepts: limited by count, and by bytes of the uncompressed body.</summary>
internal static class BatchPacker
{
    /// <summary>Room for the batch's own fields in addition to its turns.</summary>
    private const int Envelope = 1024;

    /// <returns>The turns in order; a turn that is too large becomes a batch of its own.</returns>
    public static IEnumerable<IReadOnlyList<T>> Pack<T>(IReadOnlyList<T> items, Func<T, TurnReport> turn, int maxBytes = ReportLimits.DefaultBodyBytes)
    {
        var batch = new List<T>();
        var bytes = Envelope;
        foreach (var item in items)
        {
            var size = JsonSerializer.SerializeToUtf8Bytes(turn(item), UsageJson.Default.TurnReport).Length + 1;
            if (batch.Count == ReportLimits.MaxTurns || (batch.Count > 0 && bytes + size > maxBytes))
            {
                yield return batch;
                batch = [];
                bytes = Envelope;
            }

            batch.Add(item);
            bytes += size;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
