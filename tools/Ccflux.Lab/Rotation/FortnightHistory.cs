using Ccflux.Receiver.Platform;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Lab.Rotation;

/// <summary>Reads a recorded fortnight from the database: how full polled accounts were, and the requests of users' turns.</summary>
internal sealed class FortnightHistory(SqliteReaders readers)
{
    /// <param name="from">A midnight (UTC).</param>
    /// <param name="users">E-mail addresses of the users to include; empty means everyone.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    /// <returns>The scenario, or what is missing for one.</returns>
    public async Task<(RecordedFortnight? Recorded, string Fault)> ReadAsync(DateTimeOffset from, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var span = new
        {
            From = from.ToUnixTimeMilliseconds(),
            To = from.AddSeconds(Fortnight.Seconds).ToUnixTimeMilliseconds(),
            AllUsers = users.Count == 0,
            Users = users.Select(user => user.Trim().ToLowerInvariant()),
        };
        var readings = (await lease.Connection.QueryAsync<ReadingRow>(new CommandDefinition(RecordingSql.Readings, span, cancellationToken: cancellationToken)))
            .GroupBy(row => (row.AccountId, row.Label))
            .Select(account => new RecordedAccount(account.Key.Label, Window(account, "five_hour"), Window(account, "seven_day")))
            .ToList();
        var work = (await lease.Connection.QueryAsync<TurnRow>(new CommandDefinition(RecordingSql.Turns, span, cancellationToken: cancellationToken)))
            .GroupBy(row => (row.UserId, row.Device))
            .Select(turns => Hours(turns, span.From))
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

    private sealed class ReadingRow
    {
        public long AccountId { get; init; }

        public string Label { get; init; } = "";

        public string Window { get; init; } = "";

        public long At { get; init; }

        public long UsedMilli { get; init; }

        public long? ResetsAt { get; init; }
    }

    private sealed class TurnRow
    {
        public long UserId { get; init; }

        public long Device { get; init; }

        public long StartedAt { get; init; }

        public long EndedAt { get; init; }

        public long Requests { get; init; }
    }
}
