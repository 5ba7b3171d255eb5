using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Storage.Reading;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.UsageGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the rollups of usage promise: they are written with the facts and always agree with them.</summary>
[Collection<ContractTests>]
public sealed class UsageRollupContractTests
{
    [Theory, EachDatabase]
    public async Task Report_OneTurn_IsInEveryRollup(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var ended = database.Time.GetUtcNow().AddMinutes(-90);
        await database.ReportAsync(user, A.Turn("s", 0, ended).With(("m", Distinct)));
        var (first, last, window) = (ended.AddSeconds(-20).ToUnixTimeMilliseconds(), ended.ToUnixTimeMilliseconds(), ended.AddMinutes(-30).ToUnixTimeMilliseconds());
        var session = (await database.ScalarAsync("SELECT session_ref FROM sessions"))!.Value;
        var model = (await database.ScalarAsync("SELECT model_id FROM models"))!.Value;

        Assert.Equal(
            [Today, user, model, 1, .. Enumerable.Range(1, 21).Select(sum => (long)sum)],
            Assert.Single(await RowsAsync(database, $"SELECT day, user_id, model_id, events, {Sums} FROM usage_days", 25)));
        Assert.Equal([Today, user, 1, 0], Assert.Single(await RowsAsync(database, "SELECT day, user_id, turns, failed FROM user_days", 4)));
        Assert.Equal([Today, user, session, -1, 1], Assert.Single(await RowsAsync(database, "SELECT day, user_id, session_ref, prev_day, turns FROM session_days", 5)));
        Assert.Equal(
            [user, first, last, 1, 1, 2, 3, 4, 5],
            Assert.Single(await RowsAsync(
                database, "SELECT user_id, first_at, last_at, turns, events, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM sessions", 9)));
        Assert.Equal([user, 1, 1, 0, first, last], Assert.Single(await RowsAsync(database, "SELECT user_id, sessions, turns, failed, first_at, last_at FROM user_totals", 6)));
        Assert.Equal(
            [user, model, 1, 1, 2, 3, 4, 5],
            Assert.Single(await RowsAsync(
                database, "SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM user_models", 8)));
        Assert.Equal(
            [user, window, last, 1, 1, 2, 3, 4, 5],
            Assert.Single(await RowsAsync(
                database, "SELECT user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM usage_windows", 9)));
        Assert.Equal([user, window, session], Assert.Single(await RowsAsync(database, "SELECT user_id, start_at, session_ref FROM window_sessions", 3)));
    }

    [Theory, EachDatabase]
    public async Task Report_FurtherTurns_AddUpInTheSameRows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("s", 0, at.AddHours(-2), output: 1, model: "a"));
        await database.ReportAsync(user, A.Turn("s", 1, at.AddHours(-3), output: 2, model: "a"), A.Turn("s", 2, at.AddHours(-1), outcome: TurnOutcome.Failed).With());
        await database.ReportAsync(user, A.Turn("t", 0, at, output: 4, model: "b"));

        Assert.Equal(
            [[2, 4, 200, 3], [1, 2, 100, 4]],
            await RowsAsync(database,
                "SELECT d.events, d.messages, d.input_tokens, d.output_tokens FROM usage_days d JOIN models m ON m.model_id = d.model_id ORDER BY m.name", 4));
        Assert.Equal([[4, 1]], await RowsAsync(database, "SELECT turns, failed FROM user_days", 2));
        Assert.Equal([[3, 2, 200, 3], [1, 1, 100, 4]], await RowsAsync(database, "SELECT turns, events, input_tokens, output_tokens FROM sessions ORDER BY session_id", 4));
        Assert.Equal(
            [[2, 4, 1, at.AddHours(-3).AddSeconds(-20).ToUnixTimeMilliseconds(), at.ToUnixTimeMilliseconds()]],
            await RowsAsync(database, "SELECT sessions, turns, failed, first_at, last_at FROM user_totals", 5));
    }

    [Theory, EachDatabase]
    public async Task Report_EarlierSessionStart_IsKept_LaterIsNot(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        foreach (var (index, hours, expected) in new[] { (0, (int?)null, (int?)null), (1, -2, -2), (2, -3, -3), (3, -1, -3), (4, null, -3) })
        {
            await database.ReportAsync(user, A.Turn("s", index, at) with { SessionStartUtc = hours is { } since ? at.AddHours(since) : null });
            Assert.Equal(expected is { } start ? at.AddHours(start).ToUnixTimeMilliseconds() : (long?)null, await database.ScalarAsync("SELECT started_at FROM sessions"));
        }
    }

    [Theory, EachDatabase]
    public async Task Report_TurnThatMovesToAnotherDay_TakesItsFiguresAlong(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var midnight = database.Time.GetUtcNow().AddHours(-12);
        await database.ReportAsync(user, A.Turn("s", 0, midnight.AddMilliseconds(-1), model: "m"));
        Assert.Equal([[Today - 1, 1]], await RowsAsync(database, "SELECT day, events FROM usage_days", 2));

        await database.ReportAsync(user, A.Turn("s", 0, midnight, model: "m", outcome: TurnOutcome.Failed));

        Assert.Equal([[Today, 1, 10]], await RowsAsync(database, "SELECT day, events, output_tokens FROM usage_days", 3));
        Assert.Equal([[Today, 1, 1]], await RowsAsync(database, "SELECT day, turns, failed FROM user_days", 3));
        Assert.Equal([[Today, -1, 1]], await RowsAsync(database, "SELECT day, prev_day, turns FROM session_days", 3));
        Assert.Equal([[1, 1, 1, 1]], await RowsAsync(database, "SELECT s.turns, s.events, t.turns, t.sessions FROM sessions s JOIN user_totals t ON t.user_id = s.user_id", 4));
        Assert.Equal([[1, 10]], await RowsAsync(database, "SELECT turns, output_tokens FROM usage_windows", 2));
    }

    [Theory, EachDatabase]
    public async Task Report_DaysOfASessionInAnyOrder_AreLinkedToTheDayBefore(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        foreach (var days in (int[])[0, -4, -2])
        {
            await database.ReportAsync(user, A.Turn("s", -days, at.AddDays(days)), A.Turn("another", -days, at.AddDays(-5)));
        }

        Assert.Equal([[Today - 4, -1], [Today - 2, Today - 4], [Today, Today - 2]], await DaysAsync());

        // The turn of the middle day moves by a day.
        await database.ReportAsync(user, A.Turn("s", 2, at.AddDays(-1)));
        Assert.Equal([[Today - 4, -1], [Today - 1, Today - 4], [Today, Today - 1]], await DaysAsync());

        Task<List<List<long>>> DaysAsync() => RowsAsync(
            database, "SELECT d.day, d.prev_day FROM session_days d JOIN sessions s ON s.session_ref = d.session_ref WHERE s.session_id = 's' ORDER BY d.day", 2);
    }

    [Theory, EachDatabase]
    public async Task Report_SumsBeyondTheLargestInteger_StayThere(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        const long Half = 6_000_000_000_000_000_000;
        await database.ReportAsync(user, A.Turn("s", 0, at, output: Half));
        await database.ReportAsync(user, A.Turn("s", 1, at, output: Half));

        foreach (var table in (string[])["usage_days", "sessions", "user_models", "usage_windows"])
        {
            Assert.Equal([[long.MaxValue, 200]], await RowsAsync(database, $"SELECT output_tokens, input_tokens FROM {table}", 2));
        }
    }

    [Theory, EachDatabase]
    public async Task DayVersions_ChangeWithTheirDay_AndOnlyWithIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("s", 0, at), A.Turn("s", 1, at.AddDays(-1)), A.Turn("s", 2, at.AddDays(-9)));
        var before = await VersionsAsync();

        await database.ReportAsync(user, A.Turn("s", 3, at));
        var after = await VersionsAsync();

        Assert.Equal([Today - 1, Today], before.Select(version => version.Day));
        Assert.Equal([Today - 1, Today], after.Select(version => version.Day));
        Assert.Equal(before[0].Version, after[0].Version);
        Assert.True(after[1].Version > before[1].Version);

        Task<IReadOnlyList<(int Day, long Version)>> VersionsAsync() => database.ReadAsync(session => DayVersions.Read(session, DaySql.Versions, Today - 1, Today));
    }

    /// <summary>Rows of integers.</summary>
    private static Task<List<List<long>>> RowsAsync(TestDatabase database, string sql, int columns) =>
        database.ListAsync(sql, rows => Enumerable.Range(0, columns).Select(rows.Int64).ToList());
}
