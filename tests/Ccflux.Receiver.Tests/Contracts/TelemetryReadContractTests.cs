using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the readers of telemetry promise.</summary>
[Collection<ContractTests>]
public sealed class TelemetryReadContractTests
{
    [Theory, EachDatabase]
    public async Task Page_ByDayAndByHour_OfEveryoneAndOfOnePerson_HasTheSameFigures(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.UserAsync("amara@example.org", "Größe");
        var empty = await ReadAsync(database, Period(at, 30));
        Assert.False(empty.HasAny);
        await FillAsync(database, at);

        foreach (var days in (int[])[1, 30])
        {
            var all = await ReadAsync(database, Period(at, days));
            var one = await ReadAsync(database, Period(at, days) with { User = "amara@example.org" });
            var division = await ReadAsync(database, Period(at, days) with { Division = "Größe" });

            Assert.True(all.HasAny);
            Assert.Equal(new RequestTotals(3, 1, 3, 6, 9, 12, 0.000000015m), all.Cards.Totals);
            Assert.Equal((2L, 2L, 1L, 1L), (all.Cards.Sessions, all.Cards.Conversations, all.Cards.ToolCalls, all.Cards.ToolFailures));
            Assert.Equal(3, all.Cards.RequestMs.Count);
            Assert.InRange(all.Cards.RequestMs.P50!.Value, 97, 103);
            Assert.Equal(new RequestTotals(2, 1, 2, 4, 6, 8, 0.000000010m), one.Cards.Totals);
            Assert.Equal(one.Cards, division.Cards);
            Assert.Equal((1L, 1L, 2L), (one.Cards.Sessions, one.Cards.Conversations, one.Cards.RequestMs.Count));
            Assert.Equal([("amara@example.org", "Größe", "claimed", 2L, 1L), ("unattributed i", "", "install", 1L, 1L)],
                all.Users.Select(user => (user.User, user.Division, user.Kind, user.Totals.Requests, user.Sessions)));
            Assert.Equal([("m", 2L), ("n", 1L), ("", 0L)], all.Models.Select(model => (model.Model, model.Totals.Requests)));
            Assert.Equal([("Bash", 1L, 1L)], one.Tools.Select(tool => (tool.Tool, tool.Calls, tool.Failures)));
            Assert.Equal([("429", 1L)], one.Errors.Select(error => (error.Name, error.Count)));
            Assert.Equal(["cli", "vscode"], all.Choices.Terminals);
            Assert.Equal(["m", "n"], all.Choices.Models);
        }
    }

    [Theory, EachDatabase]
    public async Task Page_AddsUpTheDurationsOfAllWriters_AndLeavesOutWhatCannotBe(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await FillAsync(database, at);
        await database.ExecuteAsync(
            """
            INSERT INTO telemetry_duration_sums (is_day, period, is_tool, name_id, terminal_id, bucket, writer, count)
            SELECT is_day, period, is_tool, name_id, terminal_id, bucket, 1, 10 FROM telemetry_duration_sums WHERE is_tool = 0
            """);
        foreach (var (bucket, count) in new[] { (640L, 1L), (-1, 1), (long.MaxValue, 1), (50, -1) })
        {
            await database.ExecuteAsync(
                """
                INSERT INTO telemetry_duration_sums (is_day, period, is_tool, name_id, terminal_id, bucket, writer, count)
                SELECT DISTINCT is_day, period, is_tool, name_id, terminal_id, CAST(@bucket AS bigint), 2, CAST(@count AS bigint) FROM telemetry_duration_sums
                """,
                ("bucket", bucket), ("count", count));
            await database.ExecuteAsync(
                """
                INSERT INTO telemetry_durations (subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket, count)
                SELECT DISTINCT subject_id, day, hour_of_day, terminal_id, is_tool, name_id, CAST(@bucket AS bigint), CAST(@count AS bigint) FROM telemetry_durations
                """,
                ("bucket", bucket), ("count", count));
        }

        foreach (var days in (int[])[1, 30])
        {
            Assert.Equal(3 + 30, (await ReadAsync(database, Period(at, days))).Cards.RequestMs.Count);
            Assert.Equal(2, (await ReadAsync(database, Period(at, days) with { User = "amara@example.org" })).Cards.RequestMs.Count);
        }
    }

    [Theory, EachDatabase]
    public async Task Page_LastFiveHours_CountRequestsByTheirInstant_AndMetricsByTheHour(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        database.Time.Advance(TimeSpan.FromMinutes(30));
        var now = database.Time.GetUtcNow();
        var oldest = now.AddHours(-5);
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, oldest, From("amara@example.org")), Request(2, oldest.AddMilliseconds(1), From("amara@example.org")), Request(3, now, From("amara@example.org")));
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Delta(MetricKind.Tokens, 1, oldest.AddMinutes(-30), 50, From("ben@example.org", session: "b"), "input", "m"),
            Delta(MetricKind.Tokens, 2, oldest.AddMinutes(-30).AddMilliseconds(-1), 1000, From("ben@example.org", session: "b"), "input", "m"),
            // Shadowed, because events describe the session.
            Delta(MetricKind.Tokens, 3, now, 7, From("amara@example.org"), "input", "m"));

        Assert.Equal([("ben@example.org", 50L), ("amara@example.org", 6L)], (await ReadAsync(database, Period(now, 1))).Windows.Select(window => (window.User, window.Billed)));
    }

    [Theory, EachDatabase]
    public async Task Calls_AreTheNewestFirst_TiesByTheOrderTheyWereStored(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, at, From("amara@example.org")) with { RequestId = "first" }, Request(2, at.AddMinutes(-1), From("ben@example.org"), "n") with { RequestId = "earlier" },
            Request(3, at, From("amara@example.org", terminal: "cli"), ms: null) with { RequestId = "last" }, Event(EventKind.UserPrompt, 4, at, From("amara@example.org")));

        var page = await ReadAsync(database, Period(at, 30));
        var second = await ReadAsync(database, Period(at, 30), new CallPart(1, 1));
        var ofBen = await ReadAsync(database, Period(at, 30) with { User = "ben@example.org" });

        Assert.Equal(
            [
                new RecentCall(at, "amara@example.org", "m", "main", "last", 1, 2, 3, 4, 0.000000005m, null),
                new RecentCall(at, "amara@example.org", "m", "main", "first", 1, 2, 3, 4, 0.000000005m, 100),
                new RecentCall(at.AddMinutes(-1), "ben@example.org", "n", "main", "earlier", 1, 2, 3, 4, 0.000000005m, 100),
            ],
            page.RecentCalls);
        Assert.Equal(3, page.CallsTotal);
        Assert.Equal(["first"], second.RecentCalls.Select(call => call.RequestId));
        Assert.Equal((1, "earlier"), (ofBen.CallsTotal, ofBen.RecentCalls.Single().RequestId));
        Assert.Equal(["earlier"], await FileAsync(Period(at, 30) with { Model = "n" }));
        // The terminal is that of the session, which began elsewhere.
        Assert.Equal([], await FileAsync(Period(at, 30) with { Terminal = "cli" }));
        Assert.Equal([], await FileAsync(Period(at, 30) with { User = "nobody@example.org" }));
        Assert.Equal(["last", "first", "earlier"], await FileAsync(Period(at, 30)));

        async Task<List<string?>> FileAsync(TelemetryFilter filter)
        {
            var (rows, isCut) = await database.Store<CallFile>().ReadAsync(filter, DataScope.Everybody, ContractTests.Token);
            Assert.False(isCut);
            var ids = new List<string?>();
            await foreach (var row in rows)
            {
                ids.Add(row.RequestId);
            }

            return ids;
        }
    }

    [Theory, EachDatabase]
    public async Task CallsBefore_ContinueAmongCallsOfTheSameInstant(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        foreach (var key in Enumerable.Range(1, 5))
        {
            await database.TelemetryAsync(TelemetryCaller.Organisation, Request(key, at, From("amara@example.org")) with { RequestId = $"{key}" });
        }

        var parts = await database.ReadAsync(session =>
        {
            var people = PeopleDirectory.Read(session, DataScope.Everybody);
            var filter = Period(at, 30);
            var scope = people.Resolve(filter, LabelValues.Read(session, people, [], filter));
            var before = CallPlace.End;
            var ids = new List<string>();
            IReadOnlyList<RecentCall> calls;
            do
            {
                (calls, before) = CallReader.Read(session, filter, scope, people, before, 2);
                ids.Add(string.Join(' ', calls.Select(call => call.RequestId)));
            }
            while (calls.Count > 0);
            return ids;
        });

        Assert.Equal(["5 4", "3 2", "1", ""], parts);
    }

    [Theory, EachDatabase]
    public async Task Page_ListsInstallationsAndUnknownNames(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, From(install: "first")), Request(2, at, From(install: "second")));
        database.Time.Advance(TimeSpan.FromMinutes(1));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(3, at.AddDays(-90), From(install: "third")));
        await database.TelemetryAsync(TelemetryCaller.Organisation, new TelemetryBatch(
            [], [], [new(UnrecognisedNameKind.Metric, "b", 2), new(UnrecognisedNameKind.Metric, "A", 2), new(UnrecognisedNameKind.Metric, "c", 3),
                new(UnrecognisedNameKind.Event, "d", 1)], 0, 0, null));

        var page = await ReadAsync(database, Period(at, 30));

        Assert.Equal([("third", 0L), ("second", 1L), ("first", 1L)], page.Installs.Select(install => (install.InstallId, install.Requests)));
        Assert.Equal([("event", "d", 1L), ("metric", "c", 3L), ("metric", "A", 2L), ("metric", "b", 2L)], page.Names.Select(name => (name.Kind, name.Name, name.Count)));
    }

    [Theory, EachDatabase]
    public async Task LabelsOfAPerson_AreTheLatestFirst_AndOnlyFromTheSurestSubject(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind, settings: [("TELEMETRY_ATTRIBUTES", "team")]);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Label("made up", 0, 9));
        var query = database.Store<TelemetryAdminQuery>();
        Assert.Equal([("team", "made up", true, true)], await LabelsAsync());

        await database.TelemetryAsync(new TelemetryCaller(user), Request(1, at, From()));
        await database.TelemetryAsync(new TelemetryCaller(user), Label("first", -60, -50), Label("second", -40, -30) with { Name = LabelNames.Plan }, Label("third", -20, -10));

        Assert.Equal([("team", "third", true, false), ("team", "first", false, false), (LabelNames.Plan, "second", true, false)], await LabelsAsync());
        Assert.Empty(await query.LabelsAsync("nobody@example.org", DataScope.Everybody, ContractTests.Token));
        Assert.Equal(["third"],
            (await ReadAsync(database, Period(at, 30))).Labels.Single(split => split.Name == "team").Groups.Select(group => group.Value).Where(value => value.Length > 0));

        LabelRecord Label(string value, int first, int last) => new(From("amara@example.org"), "team", value, at.AddMinutes(first).ToUnixTimeMilliseconds(),
            at.AddMinutes(last).ToUnixTimeMilliseconds());

        async Task<IEnumerable<(string, string, bool, bool)>> LabelsAsync() =>
            (await query.LabelsAsync("amara@example.org", DataScope.Everybody, ContractTests.Token)).Select(row => (row.Name, row.Value, row.IsCurrent, row.IsClaimed));
    }

    [Theory, EachDatabase]
    public async Task IsKnown_Users_AndNamesUnderWhichTelemetryIsShown(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.UserAsync("amara@example.org");
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, database.Time.GetUtcNow(), From("ben@example.org")),
            Request(2, database.Time.GetUtcNow(), From(install: "i")));
        var query = database.Store<TelemetryAdminQuery>();

        foreach (var (person, expected) in new[] { ("amara@example.org", true), ("ben@example.org", true), ("unattributed i", true), ("Ben@example.org", false),
            ("i", false), ("other", false) })
        {
            Assert.Equal((person, expected), (person, await query.IsKnownAsync(person, DataScope.Everybody, ContractTests.Token)));
        }
    }

    [Theory, EachDatabase]
    public async Task Reconcile_ComparesEachSessionsModelsWithHookReports(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        var caller = new TelemetryCaller(user);
        await database.TelemetryAsync(
            caller,
            Request(1, at, From(session: "both")), Request(2, at, From(session: "both")) with { Source = "compact" }, Request(3, at, From(session: "telemetry")),
            Request(4, at.AddDays(-40), From(session: "long ago")));
        // Metrics count where no events describe the session.
        await database.TelemetryAsync(caller, Delta(MetricKind.Tokens, 1, at, 99, From(session: "both"), "input", "m"),
            Delta(MetricKind.Tokens, 2, at, 7, From(session: "metrics"), "input", "m", source: "main"));
        await database.TelemetryAsync(caller, Delta(MetricKind.Tokens, 3, at, 5, From(session: null), "input", "m"));
        await database.ReportAsync(user, A.Turn("both", 0, at).With(("m", A.Usage(2, input: 1) with { CacheReadTokens = 3, CacheWriteTokens = 4 })));

        var rows = await database.Store<TelemetryAdminQuery>().ReconcileAsync("amara@example.org", Period(at, 30), DataScope.Everybody, ContractTests.Token);

        Assert.Equal(
            [
                ("both", "m", new AccountTokens(2, 4, 6, 8), new AccountTokens(1, 2, 3, 4), new AccountTokens(1, 2, 3, 4), Agreement.Agree),
                ("metrics", "m", new AccountTokens(7, 0, 0, 0), null, AccountTokens.None, Agreement.TelemetryOnly),
                ("telemetry", "m", new AccountTokens(1, 2, 3, 4), (AccountTokens?)null, AccountTokens.None, Agreement.TelemetryOnly),
            ],
            rows.Select(row => (row.Session, row.Model, row.Telemetry!, row.Hook, row.Unseen, row.Agreement)));
    }

    /// <summary>Of Amara: two requests, an error and a failed call of a tool. Of an installation: one request. Of the day before the period: nothing that counts.</summary>
    private static async Task FillAsync(TestDatabase database, DateTimeOffset at)
    {
        var amara = From("amara@example.org", session: "a");
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, at.AddHours(-1), amara, prompt: 1), Request(2, at.AddHours(-2), amara, "n", prompt: 1), Event(EventKind.ApiError, 3, at.AddHours(-1), amara, "429"),
            Event(EventKind.ToolResult, 4, at.AddHours(-1), amara, "Bash", "failure", ms: 10),
            Request(5, at.AddHours(-3), From(install: "i", session: "i", terminal: "cli"), prompt: 2),
            Request(6, at.AddDays(-61), From("amara@example.org", session: "long ago")));
    }

    /// <summary>The days up to and including that of <paramref name="at"/>.</summary>
    private static TelemetryFilter Period(DateTimeOffset at, int days)
    {
        var last = DateOnly.FromDateTime(at.UtcDateTime);
        return new TelemetryFilter(TelemetryFilter.Custom, last.AddDays(1 - days), last);
    }

    private static Task<TelemetryPageView> ReadAsync(TestDatabase database, TelemetryFilter filter, CallPart? calls = null) =>
        database.Store<TelemetryPageQuery>().ReadAsync(filter, calls ?? new CallPart(0, 50), DataScope.Everybody, ContractTests.Token);
}
