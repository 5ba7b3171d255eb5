using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the ledger's store promises: every request and turn once, every sum a count over them.</summary>
[Collection<ContractTests>]
public sealed class LedgerContractTests
{
    [Theory, EachDatabase]
    public async Task Reports_InAnyOrder_LeaveTheSameFactsAndSums(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var random = new RandomReports(11);
        var (first, second) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var requests = Enumerable.Range(0, 60).Select(_ => random.Request(keys: 15)).ToList();
        var turns = Enumerable.Range(0, 10).Select(_ => random.Turn()).ToList();
        foreach (var (user, reports) in new[] { (first, requests), (second, Enumerable.Reverse(requests).ToList()) })
        {
            foreach (var batch in reports.Chunk(user == first ? 7 : 11))
            {
                await database.ReportAsync(Incoming(database, user, batch, turns));
            }
        }

        Assert.Empty(await CheckAsync(database));
        var keys = requests.Select(request => request.Key).Distinct().ToList();
        foreach (var key in keys)
        {
            var found = await database.WriteAsync(session => (RequestStore.Find(session, first, new RequestId(key))?.Request, RequestStore.Find(session, second, new RequestId(key))?.Request));
            Assert.Equal(ExpectedRequest.Of([.. requests.Where(request => request.Key == key)]), found.Item1);
            Assert.Equal(found.Item1, found.Item2);
        }

        foreach (var key in keys.Take(5))
        {
            Assert.True(await database.WriteAsync(session => database.Store<LedgerWriter>().Remove(session, first, new RequestId(key))));
        }

        Assert.True(await database.WriteAsync(session => database.Store<LedgerWriter>().RemoveTurn(session, first, turns[0].Key)));
        Assert.Empty(await CheckAsync(database));
        Assert.NotEmpty(await ReadAsync(database, session => LedgerRecount.ActiveHours(session, first).ToList()));
    }

    [Theory, EachDatabase]
    public async Task TurnsOfCcflux01_AreHidden_WhereALaterClientCoversThem_WhicheverComesFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow().AddHours(-1);
        var later = A.Turn("s", 0, at, output: 70);
        foreach (var (name, legacyFirst) in new[] { ("amara", true), ("ben", false) })
        {
            var user = await database.UserAsync($"{name}@example.org");
            foreach (var isLegacy in new[] { legacyFirst, !legacyFirst })
            {
                if (isLegacy)
                {
                    // One within the turn, one ten minutes after it.
                    await database.ReportAsync(Legacy(user, 0, at.AddSeconds(3)));
                    await database.ReportAsync(Legacy(user, 1, at.AddMinutes(10)));
                }
                else
                {
                    await database.ReportAsync(user, later);
                }
            }

            Assert.Equal([(user, 2L, 75L, 2L)], await database.ListAsync(
                "SELECT user_id, requests, output_tokens, turns FROM user_totals WHERE user_id = @user", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3)), ("user", user)));
            Assert.Equal(1, await database.ScalarAsync("SELECT sum(hidden) FROM requests WHERE user_id = @user", ("user", user)));
            Assert.Equal(1, await database.ScalarAsync("SELECT sum(hidden) FROM turns WHERE user_id = @user", ("user", user)));
        }

        Assert.Empty(await CheckAsync(database));

        IncomingRequests Legacy(long user, int index, DateTimeOffset when) =>
            new Ccflux.Receiver.Usage.Ingest.LegacyTurn(
                "s", index, when, null, new Dictionary<string, LegacyModelUsage?>(StringComparer.Ordinal) { ["m"] = new() { OutputTokens = 5 } }, "0.1.0", null)
            .ToRequests(user, new ReportOrigin(database.Now, null, "0.1.0"));
    }

    [Theory, EachDatabase]
    public async Task ARebuild_RepairsEverySum_AndKeepsWhatEventsAloneKnow(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var random = new RandomReports(12);
        await database.ReportAsync(Incoming(database, user, [.. Enumerable.Range(0, 60).Select(_ => random.Request(keys: 40))], [.. Enumerable.Range(0, 10).Select(_ => random.Turn())]));
        var events = await database.ListAsync("SELECT event_id, received_at, requests FROM turn_models ORDER BY event_id", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2)));
        foreach (var table in (string[])["usage_hours", "user_hours", "session_hours", "usage_days", "user_days", "session_days", "event_days", "usage_totals", "user_totals", "event_totals"])
        {
            await database.ExecuteAsync($"DELETE FROM {table}");
        }

        await database.ExecuteAsync("UPDATE turn_models SET requests = requests + 1");
        await database.ExecuteAsync("UPDATE sessions SET facts = facts + 1");
        Assert.NotEmpty(await CheckAsync(database));

        await database.WriteAsync(session =>
        {
            database.Store<LedgerWriter>().Rebuild(session, user, database.Now);
            return true;
        });

        Assert.Empty(await CheckAsync(database));
        Assert.Equal(events, await database.ListAsync("SELECT event_id, received_at, requests FROM turn_models ORDER BY event_id", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2))));
    }

    [Theory, EachDatabase]
    public async Task AChangedTimeZone_MovesTheDays_AndChangesNothingElse(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind, settings: ("TIME_ZONE", "Asia/Kolkata"));
        var user = await database.UserAsync("amara@example.org");
        var calendar = database.Store<OrganisationCalendar>();
        Assert.Equal("Asia/Kolkata", calendar.Name);
        var random = new RandomReports(13);
        await database.ReportAsync(Incoming(database, user, [.. Enumerable.Range(0, 60).Select(_ => random.Request(keys: 40))], [.. Enumerable.Range(0, 10).Select(_ => random.Turn())]));
        // As a receiver in UTC would have left it.
        await database.WriteAsync(session =>
        {
            LedgerRebuild.Run(session, new LedgerRollups(OrganisationCalendar.Utc), user, database.Now);
            return true;
        });
        Assert.Empty(await CheckAsync(database));
        Assert.NotEmpty(await CheckAsync(database, calendar));

        Assert.Equal(1, await database.Make<CalendarJob>().RunAsync(ContractTests.Token));

        Assert.Empty(await CheckAsync(database, calendar));
        Assert.Equal(0, await database.Make<CalendarJob>().RunAsync(ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Allowances_CountWhatIsNew_AlsoAfterTheWriterForgot(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        var allowances = new LedgerAllowances(new LedgerAllowance(6, 2, 2), new LedgerAllowance(100, 100, 100));
        var limited = A.Turn("s", 0, at) with { LimitEvents = [new LimitEvent { AtUtc = at, Final = true }] };
        Assert.Equal(2, (await database.ReportAsync(database.Incoming(user, limited), allowances)).New);
        await database.ForgetUsageAsync();

        Assert.Null((await database.ReportAsync(database.Incoming(user, limited, A.Turn("t", 0, at, model: "b")), allowances)).OverCap);
        Assert.Contains("at most 6", (await database.ReportAsync(database.Incoming(user, A.Turn("t", 1, at, model: "b")), allowances)).OverCap, StringComparison.Ordinal);
        Assert.Null((await database.ReportAsync(database.Incoming(user, limited, A.Turn("t", 0, at, model: "b")), allowances)).OverCap);
        Assert.Contains("sessions", (await database.ReportAsync(database.Incoming(user, A.Turn("u", 0, at) with { Models = limited.Models }), allowances with { Live = new(100, 2, 2) })).OverCap, StringComparison.Ordinal);
        Assert.Contains("model names", (await database.ReportAsync(database.Incoming(user, A.Turn("s", 3, at, model: "c")), allowances with { Live = new(100, 9, 2) })).OverCap, StringComparison.Ordinal);
        Assert.Null((await database.ReportAsync(new IncomingRequests(user, new ReportOrigin(database.Now, null, null), database.Incoming(user, A.Turn("v", 3, at, model: "d")).Sessions) { IsBackfill = true }, allowances)).OverCap);
    }

    [Theory, EachDatabase]
    public async Task PromptsPausesAndClients_AreKept(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var device = await database.DeviceAsync(user, "laptop", 1);
        var given = database.Incoming(user, A.Turn("s", 0, database.Time.GetUtcNow()));
        var session = given.Sessions[0];
        foreach (var until in new long?[] { null, 500 })
        {
            await database.ReportAsync(new IncomingRequests(user, new ReportOrigin(database.Now, device, "1.0.0"), [session with { Prompts = [(5, 9), (5, 7)], StartedAt = 44 }])
            {
                Client = given.Client,
                Claim = new ClaimedAddress("other@example.org"),
                Pauses = [new IncomingPause(100, until)],
            });
        }

        Assert.Equal([(5L, 9L)], await database.ListAsync("SELECT prompt_key, turn_key FROM turn_prompts", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal([(100L, 500L)], await database.ListAsync("SELECT from_at, until_at FROM report_pauses", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal(("other@example.org", "2.1.0"), await database.WriteAsync(writing => writing.First("SELECT claimed_email, claude_code_version FROM users", rows => (rows.Text(0), rows.Text(1)))));
        Assert.Equal(database.Now, await database.ScalarAsync("SELECT last_seen_at FROM devices"));
        Assert.Equal([(44L, device)], await database.ListAsync("SELECT started_at, device_ref FROM sessions", rows => (rows.Int64(0), rows.Int64(1))));
    }

    private static IncomingRequests Incoming(TestDatabase database, long user, IReadOnlyCollection<LedgerRequest> requests, IReadOnlyCollection<LedgerTurn> turns) => new(
        user,
        new ReportOrigin(database.Now, null, "1.0.0"),
        [
            .. Enumerable.Range(0, 3).Select(number => new IncomingSession(
                RandomReports.Session(number), RandomReports.SessionId(number), "cli",
                [.. turns.Where(turn => turn.Session == RandomReports.Session(number))], [],
                [.. requests.Where(request => request.Session == RandomReports.Session(number) || (request.Session == 0 && number == 0))])
            {
                LacksIds = number == 1,
            }),
        ])
    {
        Pauses = [new IncomingPause(RandomReports.Epoch + 90_000_000, RandomReports.Epoch + 120_000_000)],
    };

    private static Task<List<LedgerRecount.Difference>> CheckAsync(TestDatabase database, OrganisationCalendar? calendar = null) => ReadAsync(
        database, session => LedgerRecount.Users(session, 0).SelectMany(user => LedgerRecount.Check(session, calendar ?? OrganisationCalendar.Utc, user)).ToList());

    private static async Task<T> ReadAsync<T>(TestDatabase database, Func<Ccflux.Storage.Sql.SqlSession, T> read)
    {
        using var session = await database.Readers.OpenAsync(ContractTests.Token);
        return read(session);
    }
}
