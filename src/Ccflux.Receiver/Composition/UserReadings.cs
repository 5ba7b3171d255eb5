using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Composition;

/// <summary>Reads how full users' limits are, for the usage and telemetry pages, in one query over the newest readings.</summary>
internal sealed class UserReadings(ReadSessions readers, TimeProvider time) : IUserQuotas, IFiveHourQuotas
{
    private const string FiveHour = "five_hour";

    async Task<IReadOnlyDictionary<int, UserQuota>> IUserQuotas.ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (await RowsAsync(PortsSql.UserQuotas, static rows => rows.Int64(0), allowed, cancellationToken))
            .GroupBy(row => row.User)
            .ToDictionary(user => (int)user.Key, user => new UserQuota(Newest(user, isFiveHour: true, now), Newest(user, isFiveHour: false, now)));
    }

    async Task<IReadOnlyDictionary<string, FiveHourQuota>> IFiveHourQuotas.ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (await RowsAsync(PortsSql.QuotasByEmail, static rows => rows.Text(0), allowed, cancellationToken))
            .Where(row => row.Window is FiveHour)
            .GroupBy(row => row.User, StringComparer.Ordinal)
            .Select(user => user.MaxBy(row => row.ObservedAt)!)
            .Where(row => !(row.ResetsAt <= now))
            .ToDictionary(row => row.User, row => new FiveHourQuota(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ObservedAt), SourceText.Of(row.Source)), StringComparer.Ordinal);
    }

    private async Task<List<Row<TUser>>> RowsAsync<TUser>(string sql, Func<Rows, TUser> user, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            sql, rows => new Row<TUser>(user(rows), rows.Text(1), rows.Int64(2), rows.Int64OrNull(3), rows.Int64(4), rows.Text(5)), allowed.With());
    }

    private static QuotaReading? Newest(IEnumerable<Row<long>> rows, bool isFiveHour, DateTimeOffset now) =>
        rows.Where(row => row.Window is FiveHour == isFiveHour).MaxBy(row => row.ObservedAt) is { } row
            ? new QuotaReading(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ResetsAt) <= now, UnixTime.At(row.ObservedAt), SourceText.Of(row.Source))
            : null;

    /// <param name="User">The user's id or e-mail address, depending on the query.</param>
    private sealed record Row<TUser>(TUser User, string Window, long UsedMilli, long? ResetsAt, long ObservedAt, string Source);
}
