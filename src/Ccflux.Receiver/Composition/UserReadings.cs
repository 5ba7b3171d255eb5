using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Composition;

/// <summary>Reads how full users' limits are, for the usage and telemetry pages, in one query over the newest readings.</summary>
internal sealed class UserReadings(SqliteReaders readers, TimeProvider time) : IUserQuotas, IFiveHourQuotas
{
    private const string FiveHour = "five_hour";

    async Task<IReadOnlyDictionary<int, UserQuota>> IUserQuotas.ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (await RowsAsync(PortsSql.UserQuotas, cancellationToken))
            .GroupBy(row => row.UserId)
            .ToDictionary(user => (int)user.Key, user => new UserQuota(Newest(user, isFiveHour: true, now), Newest(user, isFiveHour: false, now)));
    }

    async Task<IReadOnlyDictionary<string, FiveHourQuota>> IFiveHourQuotas.ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (await RowsAsync(PortsSql.QuotasByEmail, cancellationToken))
            .Where(row => row.Window is FiveHour)
            .GroupBy(row => row.Email, StringComparer.Ordinal)
            .Select(user => user.MaxBy(row => row.ObservedAt)!)
            .Where(row => !(row.ResetsAt <= now))
            .ToDictionary(row => row.Email, row => new FiveHourQuota(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ObservedAt), SourceText.Of(row.Source)), StringComparer.Ordinal);
    }

    private async Task<IEnumerable<Row>> RowsAsync(string sql, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return await lease.Connection.QueryAsync<Row>(sql);
    }

    private static QuotaReading? Newest(IEnumerable<Row> rows, bool isFiveHour, DateTimeOffset now) =>
        rows.Where(row => row.Window is FiveHour == isFiveHour).MaxBy(row => row.ObservedAt) is { } row
            ? new QuotaReading(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ResetsAt) <= now, UnixTime.At(row.ObservedAt), SourceText.Of(row.Source))
            : null;

    private sealed class Row
    {
        public long UserId { get; init; }

        public string Email { get; init; } = "";

        public string Window { get; init; } = "";

        public long UsedMilli { get; init; }

        public long? ResetsAt { get; init; }

        public long ObservedAt { get; init; }

        public string Source { get; init; } = "";
    }
}
