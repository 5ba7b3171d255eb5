using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Composition;

/// <summary>How full the limits of users are, for the pages of usage and of telemetry: one query over the newest readings.</summary>
internal sealed class UserReadings(SqliteReaders readers, TimeProvider time) : IUserQuotas, IFiveHourQuotas
{
    private const string FiveHour = "five_hour";

    async Task<IReadOnlyDictionary<int, UserQuota>> IUserQuotas.ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (await RowsAsync(cancellationToken))
            .GroupBy(row => row.UserId)
            .ToDictionary(user => (int)user.Key, user => new UserQuota(Of(user, isFiveHour: true, now), Of(user, isFiveHour: false, now)));
    }

    async Task<IReadOnlyDictionary<string, FiveHourQuota>> IFiveHourQuotas.ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (await RowsAsync(cancellationToken))
            .Where(row => row.Window is FiveHour && !(row.ResetsAt <= now))
            .ToDictionary(row => row.Email, row => new FiveHourQuota(row.UsedMilli / 1000d, At(row.ResetsAt), At(row.ObservedAt), Words(row.Source)), StringComparer.Ordinal);
    }

    private async Task<IEnumerable<Row>> RowsAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return await lease.Connection.QueryAsync<Row>(PortsSql.UserQuotas);
    }

    private static QuotaReading? Of(IEnumerable<Row> rows, bool isFiveHour, DateTimeOffset now) =>
        rows.FirstOrDefault(row => row.Window is FiveHour == isFiveHour) is { } row
            ? new QuotaReading(row.UsedMilli / 1000d, At(row.ResetsAt), At(row.ResetsAt) <= now, At(row.ObservedAt), Words(row.Source))
            : null;

    private static string Words(string source) => source switch
    {
        QuotaSource.StatusLine => "status line",
        QuotaSource.ClaudeAi => "claude.ai",
        QuotaSource.OAuth => "the usage API",
        QuotaSource.LimitHit => "a limit that was hit",
        _ => source,
    };

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } value ? At(value) : null;

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
