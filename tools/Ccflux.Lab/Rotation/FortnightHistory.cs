using Ccflux.Receiver.Platform;
using Ccflux.Storage.Reading;

namespace Ccflux.Lab.Rotation;

/// <summary>Reads a recorded fortnight from the database: how full polled accounts were, and the requests of users' turns.</summary>
internal sealed class FortnightHistory(ReadSessions readers)
{
    /// <param name="from">A midnight (UTC).</param>
    /// <param name="users">E-mail addresses of the users to include; empty means everyone.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    /// <returns>The scenario, or what is missing for one.</returns>
    public async Task<(RecordedFortnight? Recorded, string Fault)> ReadAsync(DateTimeOffset from, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var (start, end) = (from.ToUnixTimeMilliseconds(), from.AddSeconds(Fortnight.Seconds).ToUnixTimeMilliseconds());
        string[] emails = [.. users.Select(user => user.Trim().ToLowerInvariant())];
        var readings = session
            .List(
                RecordingSql.Readings,
                static rows => new ReadingRow(rows.Int64(0), rows.Text(1), rows.Text(2), rows.Int64(3), rows.Int64(4), rows.Int64OrNull(5)),
                ("from", start),
                ("to", end))
            .GroupBy(row => (row.AccountId, row.Label))
            .Select(account => new RecordedAccount(account.Key.Label, Window(account, "five_hour"), Window(account, "seven_day")))
            .ToList();
        var work = session
            .List(
                RecordingSql.Turns,
                static rows => new TurnRow(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4)),
                ("from", start),
                ("to", end),
                ("all_users", emails.Length == 0),
                ("users", emails))
            .GroupBy(row => (row.UserId, row.Device))
            .Select(turns => Hours(turns, start))
            .Where(hours => hours.Any(requests => requests > 0))
            .ToList();
        var recorded = RecordedFortnight.Of(from, readings, work, out var fault);
        return (recorded, fault);
    }

    private static List<RecordedReading> Window(IEnumerable<ReadingRow> rows, string name) =>
    [
        .. rows.Where(row => string.Equals(row.Window, name, StringComparison.Ordinal))
            .Select(row => new RecordedReading(UnixTime.At(row.At), row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt))),
    ];

    /// <summary>Spreads a turn's requests evenly from its start to its end.</summary>
    private static int[] Hours(IEnumerable<TurnRow> turns, long from)
    {
        var hours = new int[Fortnight.Hours];
        foreach (var turn in turns)
        {
            for (var index = 0; index < turn.Requests; index++)
            {
                var at = turn.StartedAt + ((turn.EndedAt - turn.StartedAt) * index / turn.Requests);
                var hour = (at - from) / 3_600_000;
                if (at >= from && hour < Fortnight.Hours)
                {
                    hours[hour]++;
                }
            }
        }

        return hours;
    }

    private sealed record ReadingRow(long AccountId, string Label, string Window, long At, long UsedMilli, long? ResetsAt);

    private sealed record TurnRow(long UserId, long Device, long StartedAt, long EndedAt, long Requests);
}
