using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Reads what each person used in the last five hours, as precisely as it is stored: requests by their instant, sums of clients that
/// send only metrics by clock hour, including all of the oldest hour.</summary>
internal static class WindowReader
{
    private const long Length = WindowLength.FiveHoursMilliseconds;

    public static IReadOnlyList<WindowRow> Read(
        SqlSession session,
        CellScope scope,
        PeopleDirectory people,
        IReadOnlyDictionary<string, SeatPlan> plans,
        IReadOnlyDictionary<string, FiveHourQuota> quotas,
        DateTimeOffset at)
    {
        var now = at.ToUnixTimeMilliseconds();
        var from = now - Length;
        SqlParameter[] parameters = [("oldest_hour", Clock.Hour(from)), ("now_hour", Clock.Hour(now)), ("from", from)];
        return
        [
            .. session.List(TelemetryReadSql.WindowHours, Cell, parameters)
                .Concat(session.List(TelemetryReadSql.WindowEvents, Cell, parameters))
                .Where(cell => (scope.Model is null || scope.Model == cell.Model) && (scope.Terminal is null || scope.Terminal == cell.Terminal) && (scope.Subjects?.Contains(cell.Subject) ?? true))
                .GroupBy(cell => people.Person(cell.Subject).Name, StringComparer.Ordinal)
                .Select(group => Row(group.Key, [.. group], plans.GetValueOrDefault(group.Key), quotas.GetValueOrDefault(group.Key)))
                .OrderByDescending(row => row.Billed).ThenBy(row => row.User, StringComparer.Ordinal),
        ];
    }

    private static WindowCell Cell(Rows rows) =>
        new(rows.Int32(0), rows.Int32(1), rows.Int32(2), rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6));

    private static WindowRow Row(string person, IReadOnlyList<WindowCell> cells, SeatPlan? plan, FiveHourQuota? quota) =>
        new(person, cells.SaturatingSum(cell => Saturating.Add(cell.Input, cell.Output)), cells.SaturatingSum(cell => cell.CacheRead), cells.SaturatingSum(cell => cell.CacheWrite), plan?.Name, plan?.WindowTokens, quota);

    private sealed record WindowCell(int Subject, int Terminal, int Model, long Input, long Output, long CacheRead, long CacheWrite);
}
