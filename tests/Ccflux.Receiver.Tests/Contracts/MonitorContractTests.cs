using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of checks promises: a state for each monitor, and counts for each quarter of an hour.</summary>
[Collection<ContractTests>]
public sealed class MonitorContractTests
{
    private static readonly CheckResult s_up = new(MonitorState.Up, "200", 12);
    private static readonly CheckResult s_down = new(MonitorState.Down, "größe \"500\" 🦊");

    [Theory, EachDatabase]
    public async Task Round_ReplacesTheState_AndKeepsSinceWhenItIsSo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var start = database.Now;
        await WriteAsync(database, ("a", s_up), ("A", s_down));
        var first = await MonitorsAsync(database);
        database.Time.Advance(TimeSpan.FromMinutes(1));

        await WriteAsync(database, ("a", s_up), ("A", s_down), ("new", new CheckResult(MonitorState.Unknown, "")));

        var second = await MonitorsAsync(database);
        Assert.Equal([("A", "down", start, start, null, s_down.Detail), ("a", "up", start, start, (long?)12L, "200")], first.Select(Shown));
        Assert.Equal(
            [("A", "down", start, database.Now, null, s_down.Detail), ("a", "up", start, database.Now, (long?)12L, "200"),
                ("new", "unknown", database.Now, database.Now, null, "")],
            second.Select(Shown));
        Assert.Equal(first.Select(row => row.MonitorId), second.Take(2).Select(row => row.MonitorId));
        Assert.Equal(
            [(2L, true), (0L, false), (0L, false)],
            await database.ListAsync("SELECT failures, told_down FROM fleet_monitors ORDER BY name", rows => (rows.Int64(0), rows.Bool(1))));

        database.Time.Advance(TimeSpan.FromMinutes(1));
        await WriteAsync(database, ("A", s_up));
        Assert.Equal(("A", "up", database.Now, database.Now, (long?)12L, "200"), Shown((await MonitorsAsync(database))[0]));

        static (string, string, long, long, long?, string) Shown(MonitorRow row) => (row.Name, row.State, row.Since, row.CheckedAt, row.TookMs, row.Detail);
    }

    [Theory, EachDatabase]
    public async Task Results_AreCountedByQuarterOfAnHour(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (minutes, state) in ((int, MonitorState)[])
            [
                (0, MonitorState.Up), (1, MonitorState.Up), (13, MonitorState.Slow), (1, MonitorState.Partly), (1, MonitorState.Down), (1, MonitorState.Unknown),
                (1, MonitorState.Pending),
            ])
        {
            database.Time.Advance(TimeSpan.FromMinutes(minutes));
            await WriteAsync(database, ("a", new CheckResult(state, "")));
        }

        await WriteAsync(database, ("b", s_up));
        var quarter = database.Now - (database.Now % MonitorResultWriter.SlotMilliseconds);
        var ids = (await MonitorsAsync(database)).Select(row => row.MonitorId).ToList();

        Assert.Equal(
            [(ids[0], quarter - 900_000, 2L, 1L, 0L), (ids[0], quarter, 0L, 1L, 1L), (ids[1], quarter, 1L, 0L, 0L)],
            await SlotsAsync(quarter - 900_000));
        Assert.Equal(2, (await SlotsAsync(quarter)).Count);
        Assert.Empty(await SlotsAsync(quarter + 1));

        async Task<List<(long, long, long, long, long)>> SlotsAsync(long since) =>
            [.. (await database.ListAsync(MonitorSql.Slots, SlotRow.Of, ("since", since))).OrderBy(slot => slot.MonitorId).ThenBy(slot => slot.SlotAt)
                .Select(slot => (slot.MonitorId, slot.SlotAt, slot.Up, slot.Slow, slot.Down))];
    }

    [Theory, EachDatabase]
    public async Task Results_ThatAreOld_Go_AndSoDoMonitorsThatAreNoLongerChecked(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await WriteAsync(database, ("a", s_up), ("gone", s_up));
        database.Time.Advance(TimeSpan.FromHours(25));
        await WriteAsync(database, ("a", s_up));
        Assert.Equal(["a", "gone"], (await MonitorsAsync(database)).Select(row => row.Name));
        Assert.Equal(3, await database.ScalarAsync("SELECT count(*) FROM fleet_monitor_slots"));

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await WriteAsync(database, ("a", s_up));

        Assert.Equal(["a"], (await MonitorsAsync(database)).Select(row => row.Name));
        Assert.Equal(2, Assert.Single(await database.ListAsync(MonitorSql.Slots, SlotRow.Of, ("since", 0))).Up);
    }

    [Theory, EachDatabase]
    public async Task Polls_AreCounted_WhetherTheyFailedOrWereNeverMade(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        Assert.Equal((0L, 0L, 0L), await CountAsync());
        var now = database.Time.GetUtcNow();
        foreach (var (key, state) in ((string, PollState)[])
            [
                ("new", PollState.New), ("good", new(now, now, 0, null, null, null, [])), ("never good", new(now, null, 1, PollFailure.TimedOut, now, null, [])),
                ("once good", new(now, now, 9, PollFailure.TimedOut, now, null, [])),
            ])
        {
            var account = await database.QuotaAccountAsync(key);
            await database.WriteAsync(session => PolledAccountStore.SavePoll(session, account, state, now));
        }

        Assert.Equal((4L, 2L, 1L), await CountAsync());
        Assert.Contains(
            ("Polling", new CheckResult(MonitorState.Partly, "1 of 3 accounts answered")), await database.Store<InternalChecks>().RunAsync([], ContractTests.Token));

        Task<(long, long, long)> CountAsync() =>
            database.ReadAsync(session => session.First(MonitorSql.Polls, rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2))));
    }

    private static async Task WriteAsync(TestDatabase database, params (string, CheckResult)[] round) =>
        Assert.True(await database.Store<MonitorResultWriter>().WriteAsync(round, database.Time.GetUtcNow()));

    private static async Task<List<MonitorRow>> MonitorsAsync(TestDatabase database) =>
        [.. (await database.ListAsync(MonitorSql.Monitors, MonitorRow.Of)).OrderBy(row => row.Name, StringComparer.Ordinal)];
}
