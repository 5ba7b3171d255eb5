using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Storage.Sql;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.UsageGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the readers of whole days, and of parts of days, promise.</summary>
[Collection<ContractTests>]
public sealed class UsageDayContractTests
{
    private static readonly DateTimeOffset s_midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Theory, EachDatabase]
    public async Task Day_HasItsRowsByUserAndModel_ItsTurnsSessionsAndWindows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.ReportAsync(ben, Turn("s", 0, 1, "b"), Turn("s", 1, 2, "a"), Turn("t", 0, 23.9, "a"));
        await database.ReportAsync(amara, Turn("s", 0, 3, "b") with { Outcome = TurnOutcome.Failed }, Turn("s", 1, -1, "a"), Turn("s", 2, 24, "a"));
        using var snapshot = await SnapshotAsync(database);
        var (b, a) = (ModelOf(snapshot, "b"), ModelOf(snapshot, "a"));

        var day = database.Store<DayReader>().Read(snapshot.Session, Today, snapshot.Models);

        Assert.Equal(
            [
                Cell((int)amara, b, "b", 1),
                Cell((int)ben, b, "b", 1),
                Cell((int)ben, a, "a", 2),
            ],
            day.Usage);
        Assert.Equal([new TurnCell((int)amara, 1, 1), new TurnCell((int)ben, 3, 0)], day.Turns);
        Assert.Equal(
            [new SessionCell((int)amara, Today - 1, 1), new SessionCell((int)ben, -1, 2)],
            day.Sessions.OrderBy(cell => cell.User));
        Assert.Equal(
            [
                // Amara's turn of 3 o'clock belongs to the window that began the day before.
                new WindowCell((int)ben, At(1), At(2), 2, 1, new TokenSums(200, 20, 2000, 100)),
                new WindowCell((int)ben, At(23), At(23.9), 1, 1, new TokenSums(100, 10, 1000, 50)),
            ],
            day.Windows);
    }

    [Theory, EachDatabase]
    public async Task EverySum_IsInItsColumn_OfDaysPartsHoursAndSessions(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, A.Turn("s", 0, s_midnight.AddHours(2)).With(("m", Distinct)),
            A.Turn("s", 1, s_midnight.AddHours(4)).With(("m", Distinct)));
        var model = (await database.ScalarAsync("SELECT model_id FROM models"))!.Value;
        var session = LedgerKey.OfSession("s");
        SqlParameter[] part = [("day", Today), ("from", At(0)), ("until", At(24))];
        SqlParameter[] slots = [("day", Today), ("from", Today * 96), ("until", (Today + 1) * 96)];
        long[] sessions = [session, session + 1];
        List<long> once = [0, 1, 2, 3, 4, 5, 6, 0];
        List<long> twice = [0, .. once.Skip(1).Select(sum => 2 * sum)];

        Assert.Equal([[user, model, .. twice]], await RowsAsync(DaySql.Usage, 10, part));
        Assert.Equal([[user, model, .. twice]], await RowsAsync(DaySql.PartUsage, 10, part));
        Assert.Equal([[user, model, .. once, (Today * 96) + 8], [user, model, .. once, (Today * 96) + 16]], await RowsAsync(DaySql.SlotUsage, 11, slots));
        Assert.Equal([[user, model, 2]], await RowsAsync(DaySql.Events, 3, part));
        Assert.Equal([[user, model, 2]], await RowsAsync(DaySql.PartEvents, 3, part));
        Assert.Equal([[Today, model, .. twice]], await RowsAsync(DaySql.Models, 10, ("from", Today), ("to", Today)));
        Assert.Equal([[Today, model, .. twice]], await RowsAsync(DaySql.ModelsOfUsers, 10, ("users", new[] { user })));
        long[] hours = [(Today * 24L) + 2, (Today * 24L) + 4];
        Assert.Equal(
            [[session, hours[0], 1], [session, hours[1], 1]],
            (await RowsAsync(UsageReadSql.SessionHours, 3, ("user", user), ("sessions", sessions), ("from", Today * 96), ("to", (Today * 96) + 95))).OrderBy(row => row[1]));
        Assert.Equal([[session, model, .. twice, Today]], await RowsAsync(UsageReadSql.SessionModels, 11, ("user", user), ("sessions", sessions), ("hours", hours)));
        Assert.Equal([[session, model, .. once, Today]], await RowsAsync(UsageReadSql.SessionModels, 11, ("user", user), ("sessions", sessions), ("hours", hours[1..])));

        Task<List<List<long>>> RowsAsync(string sql, int columns, params SqlParameter[] parameters) =>
            database.ListAsync(sql, rows => Enumerable.Range(0, columns).Select(rows.Int64).ToList(), parameters);
    }

    [Theory, EachDatabase]
    public async Task PartOfADay_IncludesItsBeginning_AndNotItsEnd(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.ReportAsync(amara, Turn("s", 0, -1, "m"));
        await database.ReportAsync(amara, Turn("s", 1, 1, "m"), Turn("s", 2, 2, "m") with { Outcome = TurnOutcome.Failed }, Turn("t", 0, 2.9, "n"), Turn("t", 1, 3, "m"));
        await database.ReportAsync(ben, Turn("s", 0, 2, "n"), Turn("u", 0, 2, "n").With());
        using var snapshot = await SnapshotAsync(database);
        var (m, n) = (ModelOf(snapshot, "m"), ModelOf(snapshot, "n"));

        var part = database.Store<DayReader>().ReadPart(snapshot.Session, Today, At(2), At(3), snapshot.Models);

        Assert.Equal([Cell((int)amara, m, "m", 1), Cell((int)amara, n, "n", 1), Cell((int)ben, n, "n", 1)], part.Usage);
        Assert.Equal([new TurnCell((int)amara, 2, 1), new TurnCell((int)ben, 2, 0)], part.Turns);
        Assert.Equal(
            [new SessionCell((int)amara, -1, 1), new SessionCell((int)amara, Today - 1, 1), new SessionCell((int)ben, -1, 2)],
            part.Sessions.OrderBy(cell => cell.User).ThenBy(cell => cell.PreviousDay));
        Assert.Empty(part.Windows);
        Assert.Same(Cached(), Cached());

        DayRows Cached() => database.Store<PartDays>().Read(snapshot.Session, snapshot.StoreId, Today, At(3), snapshot.Models);
    }

    [Theory, EachDatabase]
    public async Task Hours_AreInOrder_AndOnlyThoseWithTurns(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Turn("s", 0, 5.5, "m"), Turn("s", 1, 2, "m"), Turn("s", 2, 2.99, "n"), Turn("s", 3, 6, "m"));
        using var snapshot = await SnapshotAsync(database);

        var hours = database.Store<DayReader>().ReadHours(snapshot.Session, Today, At(2), At(6), snapshot.Models).ToList();

        Assert.Equal([(Today * 24) + 2, (Today * 24) + 5], hours.Select(hour => hour.Day));
        Assert.Equal([["m", "n"], ["m"]], hours.Select(hour => hour.Usage.Select(cell => cell.Unpriced)));
    }

    [Theory, EachDatabase]
    public async Task CostHistory_OfAllTimeAndOfSomeUsers_FollowsEveryChange(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var costs = database.Store<CostHistory>();
        await database.ReportAsync(amara, [.. Enumerable.Range(0, 20).Select(day => A.Turn("s", day, s_midnight.AddDays(-day * 2)))]);
        var first = await ReadAsync();

        // One more day, which is then read by itself.
        await database.ReportAsync(ben, A.Turn("s", 0, s_midnight.AddDays(-1)));
        var second = await ReadAsync();

        Assert.True(first > 0);
        Assert.Equal(first / 20 * 21, second);
        using var snapshot = await SnapshotAsync(database);
        Assert.Equal(second, Assert.Single(costs.ReadUsers(snapshot.Session, [(int)ben, (int)amara, 99], snapshot.Models)).Value.Priced);
        Assert.Equal(second - first, Assert.Single(costs.ReadUsers(snapshot.Session, [(int)ben], snapshot.Models)).Value.Priced);
        Assert.Empty(costs.ReadUsers(snapshot.Session, [], snapshot.Models));

        async Task<decimal> ReadAsync()
        {
            using var now = await SnapshotAsync(database);
            return Assert.Single(costs.Read(now.Session, now.StoreId, now.Models)).Value.Priced;
        }
    }

    [Theory, EachDatabase]
    public async Task DayCache_ReturnsTheDaysOfAPeriodInOrder_AndReadsAChangedOneAgain(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Turn("s", 0, 6, "m"), Turn("s", 1, -18, "m"), Turn("s", 2, -48, "m"), Turn("s", 3, 24, "m"));
        var before = await ReadAsync();

        await database.ReportAsync(user, Turn("s", 4, 7, "m"));
        var after = await ReadAsync();

        Assert.Equal([Today - 1, Today], before.Select(day => day.Day));
        Assert.Same(before[0], after[0]);
        Assert.Equal((1, 2), (before[1].AllTurns.Turns, after[1].AllTurns.Turns));

        async Task<List<DayRows>> ReadAsync()
        {
            using var snapshot = await SnapshotAsync(database);
            return [.. database.Store<DayCache>().Read(snapshot.Session, snapshot.StoreId, Today - 1, Today, snapshot.Models)];
        }
    }

    [Theory, EachDatabase]
    public async Task Snapshot_SeesTheCommitItWasOpenedOn(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        using var snapshot = await SnapshotAsync(database);

        await database.ReportAsync(user, Turn("s", 0, 1, "m"));

        Assert.Empty(database.Store<DayReader>().Read(snapshot.Session, Today, snapshot.Models).Turns);
        using var later = await SnapshotAsync(database);
        Assert.Single(database.Store<DayReader>().Read(later.Session, Today, later.Models).Turns);
    }

    private static TurnReport Turn(string session, int index, double hour, string model) => A.Turn(session, index, s_midnight.AddHours(hour), model: model);

    private static long At(double hour) => s_midnight.AddHours(hour).ToUnixTimeMilliseconds();

    /// <summary>What this many turns of <see cref="Turn"/> use of one model, which has no price.</summary>
    private static UsageCell Cell(int user, int model, string name, int turns) =>
        new(user, model, turns, turns, new TokenSums(turns * 100, turns * 10, turns * 1000, turns * 50), 0, name);

    private static int ModelOf(UsageSnapshot snapshot, string name) => (int)snapshot.Models.Values.Single(model => model.Name == name).Id;

    private static Task<UsageSnapshot> SnapshotAsync(TestDatabase database) => UsageSnapshot.OpenAsync(database.Readers, DataScope.Everybody, OrganisationCalendar.Utc, database.Time, ContractTests.Token);
}
