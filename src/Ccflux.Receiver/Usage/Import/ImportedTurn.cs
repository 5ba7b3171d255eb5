using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ingest;

namespace Ccflux.Receiver.Usage.Import;

/// <summary>A turn of a ccflux 0.1 database: its rows, one per model, as the report that once contained them.</summary>
/// <param name="Email">The user's e-mail address.</param>
/// <param name="Device">The host's name.</param>
/// <param name="ReceivedAt">Epoch milliseconds.</param>
/// <param name="Report">Null if a time cannot be read.</param>
internal sealed record ImportedTurn(string Email, string? Device, long ReceivedAt, LegacyTurn? Report)
{
    /// <summary>Groups rows by turn. The rows of a turn must be adjacent.</summary>
    public static IEnumerable<ImportedTurn> Group(IEnumerable<LegacyEvent> events)
    {
        var rows = new List<LegacyEvent>();
        foreach (var each in events)
        {
            if (rows.Count > 0 && !IsSameTurn(rows[0], each))
            {
                yield return Of(rows);
                rows.Clear();
            }

            rows.Add(each);
        }

        if (rows.Count > 0)
        {
            yield return Of(rows);
        }
    }

    private static bool IsSameTurn(LegacyEvent a, LegacyEvent b) =>
        a.TurnIndex == b.TurnIndex
        && string.Equals(a.SessionId, b.SessionId, StringComparison.Ordinal)
        && string.Equals(a.Email, b.Email, StringComparison.Ordinal);

    private static ImportedTurn Of(List<LegacyEvent> rows)
    {
        var first = rows[0];
        if (!LegacyTime.TryParse(first.Timestamp, out var at) || first.Email.Length == 0 || first.TurnIndex is < 0 or > int.MaxValue)
        {
            return new ImportedTurn(first.Email, first.Device, 0, null);
        }

        var models = rows
            .GroupBy(row => row.Model, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (LegacyModelUsage?)Usage(group.First()), StringComparer.Ordinal);
        var received = LegacyTime.TryParse(first.ReceivedAt, out var receivedAt) ? receivedAt : at;
        DateTimeOffset? started = LegacyTime.TryParse(first.SessionStart, out var begun) ? begun : null;
        var turn = new LegacyTurn(first.SessionId, (int)first.TurnIndex, at, started, models, first.PluginVersion ?? "", Email: null);
        return new ImportedTurn(first.Email, first.Device, received.ToUnixTimeMilliseconds(), turn);
    }

    private static LegacyModelUsage Usage(LegacyEvent row) => new()
    {
        InputTokens = row.Input,
        OutputTokens = row.Output,
        CacheReadTokens = row.CacheRead,
        CacheWriteTokens = row.CacheWrite,
    };
}
