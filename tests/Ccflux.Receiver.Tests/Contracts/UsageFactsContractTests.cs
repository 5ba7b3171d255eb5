using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of turns, events, sessions and models promises.</summary>
[Collection<ContractTests>]
public sealed class UsageFactsContractTests
{
    [Theory, EachDatabase]
    public async Task Report_NewTurn_StoresWholeRows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var device = await database.DeviceAsync(user, "laptop", 1);
        var ended = database.Time.GetUtcNow().AddHours(-1);
        var turn = A.Turn("s-ä-1", 7, ended).With(("claude-ü", UsageGiven.Distinct)) with { ClockAdjusted = true, SessionStartUtc = ended.AddHours(-2) };

        var result = await database.ReportAsync(database.Incoming(user, turn) with { DeviceRef = device, PluginVersion = "1.2.3" });

        Assert.Equal(new StoreResult(1, 0, null), result);
        var session = (await database.ScalarAsync("SELECT session_ref FROM sessions WHERE user_id = @user AND session_id = 's-ä-1'", ("user", user)))!.Value;
        Assert.Equal(
            [(user, session, 2L, 7L, (ended.AddSeconds(-20).ToUnixTimeMilliseconds(), ended.ToUnixTimeMilliseconds(), database.Now),
                ("completed", "cli", device, "1.2.3", true))],
            await database.ListAsync(
                """
                SELECT user_id, session_ref, schema_version, turn_index, started_at, ended_at, received_at, outcome, entrypoint, device_ref, plugin_version, clock_adjusted FROM turns
                """,
                rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), (rows.Int64(4), rows.Int64(5), rows.Int64(6)),
                         (rows.Text(7), rows.Text(8), rows.Int64(9), rows.Text(10), rows.Bool(11)))));
        Assert.Equal(
            [.. Enumerable.Range(1, 21), 22, 1],
            Assert.Single(await database.ListAsync(
                $"SELECT {UsageGiven.Sums}, e.subagent_tokens, e.partial FROM events e JOIN models m ON m.model_id = e.model_id WHERE m.name = 'claude-ü'",
                rows => Enumerable.Range(0, 23).Select(rows.Int32).ToList())));
        Assert.Equal(ended.AddHours(-2).ToUnixTimeMilliseconds(), await database.ScalarAsync("SELECT started_at FROM sessions"));
    }

    [Theory, EachDatabase]
    public async Task Report_TheSameTurnAgain_ChangesNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var turn = A.Turn("s", 0, database.Time.GetUtcNow());
        await database.ReportAsync(user, turn);
        database.Time.Advance(TimeSpan.FromMinutes(1));
        await database.ForgetUsageAsync();

        Assert.Equal(new StoreResult(0, 2, null), await database.ReportAsync(user, turn, turn));

        Assert.Equal([database.Now - 60_000], await database.ListAsync("SELECT received_at FROM turns", rows => rows.Int64(0)));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM events"));
    }

    [Theory, EachDatabase]
    public async Task Report_ATurnsKey_IsUserSessionSchemaAndIndex(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var at = database.Time.GetUtcNow();

        foreach (var (user, turn) in new[] { (amara, A.Turn("s", 0, at)), (amara, A.Turn("s", 1, at)), (amara, A.Turn("S", 0, at)), (ben, A.Turn("s", 0, at)) })
        {
            Assert.Equal(1, (await database.ReportAsync(user, turn)).Accepted);
        }

        Assert.Equal(3, await database.ScalarAsync("SELECT count(*) FROM sessions"));
        Assert.Equal(4, await database.ScalarAsync("SELECT count(*) FROM turns"));
    }

    [Theory, EachDatabase]
    public async Task Report_TurnAgainWithMoreOutput_ReplacesTheEvent_WithLessDoesNot(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("s", 0, at, output: 2, model: "m"));

        Assert.Equal(1, (await database.ReportAsync(user, A.Turn("s", 0, at).With(("m", UsageGiven.Distinct)))).Accepted);
        Assert.Equal(0, (await database.ReportAsync(user, A.Turn("s", 0, at, output: 2, model: "m"))).Accepted);

        Assert.Equal(
            [.. Enumerable.Range(1, 21), 22, 1],
            Assert.Single(await database.ListAsync($"SELECT {UsageGiven.Sums}, subagent_tokens, partial FROM events",
                rows => Enumerable.Range(0, 23).Select(rows.Int32).ToList())));
    }

    [Theory, EachDatabase]
    public async Task Report_TurnAgainWithAnotherModelAndALaterEnd_AddsTheModelAndMovesTheTurn(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        var first = A.Turn("s", 0, at, model: "a", outcome: TurnOutcome.Interrupted) with { Entrypoint = null };
        await database.ReportAsync(database.Incoming(user, first) with { PluginVersion = null });

        await database.ReportAsync(user, A.Turn("s", 0, at.AddMinutes(1), model: "b", duration: TimeSpan.FromMinutes(5)));

        Assert.Equal(
            [(at.AddMinutes(-4).ToUnixTimeMilliseconds(), at.AddMinutes(1).ToUnixTimeMilliseconds(), "completed", "cli", "1.0.0", "a"),
             (at.AddMinutes(-4).ToUnixTimeMilliseconds(), at.AddMinutes(1).ToUnixTimeMilliseconds(), "completed", "cli", "1.0.0", "b")],
            await database.ListAsync(
                """
                SELECT t.started_at, t.ended_at, t.outcome, t.entrypoint, t.plugin_version, m.name
                FROM turns t JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id JOIN models m ON m.model_id = e.model_id ORDER BY m.name
                """,
                rows => (rows.Int64(0), rows.Int64(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5))));
    }

    [Theory, EachDatabase]
    public async Task Report_Models_AreDistinguishedByCase_AndKeepWhenTheyWereFirstSeen(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("s", 0, at, model: "model"), A.Turn("s", 1, at, model: "Model"), A.Turn("s", 2, at, model: "модель"));
        var first = database.Now;
        database.Time.Advance(TimeSpan.FromHours(1));
        await database.ForgetUsageAsync();

        await database.ReportAsync(user, A.Turn("s", 3, at, model: "Model"), A.Turn("s", 4, at, model: "model "));

        Assert.Equal(
            [("Model", first, 2L), ("model", first, 1L), ("model ", first + 3_600_000, 1L), ("модель", first, 1L)],
            (await database.ListAsync(
                "SELECT m.name, m.first_seen_at, count(*) FROM models m JOIN events e ON e.model_id = m.model_id GROUP BY m.model_id, m.name, m.first_seen_at",
                rows => (Name: rows.Text(0), rows.Int64(1), rows.Int64(2)))).OrderBy(row => row.Name, StringComparer.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task Report_LimitEventAgain_AddsWhatWasMissing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        foreach (var limit in new[]
        {
            new LimitEvent { AtUtc = at },
            new LimitEvent { AtUtc = at, Window = "five_hour", Final = true },
            new LimitEvent { AtUtc = at, Window = "seven_day", ResetsAtUtc = at.AddHours(3) },
            new LimitEvent { AtUtc = at, ResetsAtUtc = at.AddHours(4) },
            new LimitEvent { AtUtc = at.AddMilliseconds(1), Window = "" },
        })
        {
            await database.ReportAsync(user, A.Turn("s", 0, at) with { LimitEvents = [limit] });
        }

        Assert.Equal(
            [(0L, database.Now, "five_hour", (long?)database.Now + (3 * 3_600_000), true), (0L, database.Now + 1, null, null, false)],
            await database.ListAsync(
                """SELECT turn_index, at, "window", resets_at, final FROM limit_events ORDER BY at""",
                rows => (rows.Int64(0), rows.Int64(1), rows.TextOrNull(2), rows.Int64OrNull(3), rows.Bool(4))));
    }

    [Theory, EachDatabase]
    public async Task Report_ClientThatSaysLess_KeepsWhatIsKnownOfIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var device = await database.DeviceAsync(user, "laptop", 1);
        var turn = A.Turn("s", 0, database.Time.GetUtcNow());
        await database.ReportAsync(database.Incoming(user, turn) with { Client = A.Batch().Client, PluginVersion = "0.9", DeviceRef = device });
        database.Time.Advance(TimeSpan.FromMinutes(1));

        await database.ReportAsync(database.Incoming(user, turn) with { PluginVersion = "" });
        var last = database.Now;
        database.Time.Advance(TimeSpan.FromMinutes(1));
        await database.ReportAsync(database.Incoming(user, turn) with { Client = null, DeviceRef = device, PluginVersion = "2" });

        Assert.Equal(
            [(last, "0.9", "2.1.0", "linux-x86_64")],
            await database.ListAsync(
                "SELECT last_report_at, plugin_version, claude_code_version, platform FROM users", rows => (rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3))));
        Assert.Equal(last - 60_000, await database.ScalarAsync("SELECT last_seen_at FROM devices"));
    }

    [Theory, EachDatabase]
    public async Task Report_OfSchemaOne_SetsAndClearsTheClaimedAddress(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var legacy = database.Incoming(user, A.Turn("s", 0, database.Time.GetUtcNow())) with { SchemaVersion = LegacyReport.Version };

        await database.ReportAsync(legacy with { ClaimedEmail = "other@example.org" });
        await database.ReportAsync(database.Incoming(user, A.Turn("t", 0, database.Time.GetUtcNow())));
        Assert.Equal(["other@example.org"], await database.ListAsync("SELECT claimed_email FROM users", rows => rows.TextOrNull(0)));

        await database.ReportAsync(legacy);
        Assert.Equal([null], await database.ListAsync("SELECT claimed_email FROM users", rows => rows.TextOrNull(0)));
    }

    [Theory, EachDatabase]
    public async Task Report_OfSchemaTwo_TakesThePlaceOfReportsOfSchemaOneThatItCovers(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow().AddHours(-1);
        await LegacyAsync(0, at);
        await LegacyAsync(1, at.AddMinutes(30));
        await database.ForgetUsageAsync();

        await database.ReportAsync(user, A.Turn("s", 0, at.AddSeconds(5), duration: TimeSpan.FromMinutes(1)));
        Assert.Equal([(1L, 1L), (2L, 0L)], await TurnsAsync(database));

        await database.ForgetUsageAsync();
        Assert.Equal(0, (await LegacyAsync(2, at.AddSeconds(1))).Accepted);
        Assert.Equal(1, (await LegacyAsync(2, at.AddMinutes(10))).Accepted);

        // Once the next turn is known, no other turn can be in between.
        await database.ReportAsync(user, A.Turn("s", 1, at.AddMinutes(20), duration: TimeSpan.FromMinutes(1)));
        Assert.Equal([(1L, 1L), (2L, 0L), (2L, 1L)], await TurnsAsync(database));
        Assert.Equal(3, await database.ScalarAsync("SELECT count(*) FROM events"));

        Task<StoreResult> LegacyAsync(int index, DateTimeOffset ended) =>
            database.ReportAsync(database.Incoming(user, A.Turn("s", index, ended, duration: TimeSpan.Zero)) with { SchemaVersion = LegacyReport.Version });
    }

    private static Task<List<(long, long)>> TurnsAsync(TestDatabase database) =>
        database.ListAsync("SELECT schema_version, turn_index FROM turns ORDER BY schema_version, turn_index", rows => (rows.Int64(0), rows.Int64(1)));
}
