using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Reads what each person used in the last five hours, as precisely as it is stored: requests by their instant, sums of clients that
/// send only metrics by clock hour, including all of the oldest hour.</summary>
internal static class WindowReader
{
    private const long Length = 5 * Clock.HourMs;

    public static IReadOnlyList<WindowRow> Read(
        SqliteConnection connection,
        CellScope scope,
        PeopleDirectory people,
        IReadOnlyDictionary<string, SeatPlan> plans,
        IReadOnlyDictionary<string, FiveHourQuota> quotas,
        DateTimeOffset at)
    {
        var now = at.ToUnixTimeMilliseconds();
        var from = now - Length;
        var parameters = new { OldestHour = Clock.Hour(from), NowHour = Clock.Hour(now), FromMs = from };
        return
        [
            .. connection.Query<WindowCell>(TelemetryReadSql.WindowHours, parameters)
                .Concat(connection.Query<WindowCell>(TelemetryReadSql.WindowEvents, parameters))
                .Where(cell => (scope.Model is null || scope.Model == cell.Model) && (scope.Terminal is null || scope.Terminal == cell.Terminal) && (scope.Subjects?.Contains(cell.Subject) ?? true))
                .GroupBy(cell => people.Person(cell.Subject).Name, StringComparer.Ordinal)
                .Select(group => Row(group.Key, [.. group], plans.GetValueOrDefault(group.Key), quotas.GetValueOrDefault(group.Key)))
                .OrderByDescending(row => row.Billed).ThenBy(row => row.User, StringComparer.Ordinal),
        ];
    }

    private static WindowRow Row(string person, IReadOnlyList<WindowCell> cells, SeatPlan? plan, FiveHourQuota? quota) =>
        new(person, cells.SaturatingSum(cell => Saturating.Add(cell.Input, cell.Output)), cells.SaturatingSum(cell => cell.CacheRead), cells.SaturatingSum(cell => cell.CacheWrite), plan?.Name, plan?.WindowTokens, quota);

    private sealed record WindowCell
    {
        public int Subject { get; init; }

        public int Terminal { get; init; }

        public int Model { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long CacheRead { get; init; }

        public long CacheWrite { get; init; }
    }
}
