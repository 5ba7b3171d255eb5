using System.Globalization;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of telemetry's events, subjects, names and sessions promises.</summary>
[Collection<ContractTests>]
public sealed class TelemetryFactsContractTests
{
    [Theory, EachDatabase]
    public async Task Store_NewRequest_StoresWholeRows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow().AddMinutes(-90);
        var (instant, hour) = (at.ToUnixTimeMilliseconds(), at.ToUnixTimeMilliseconds() / Hour);
        var record = Request(long.MinValue, at, From("zoë@example.org", "i"), "claude-ü", ms: 250) with { RequestId = "req_1" };

        Assert.Equal(new StoredCounts(1, 0), await database.TelemetryAsync(TelemetryCaller.Organisation, record));

        Assert.Equal(
            [("claimed", "zoë@example.org", null, database.Now, long.MinValue, "s", instant, ("api_request", "claude-ü", "", "", "main", "req_1"),
                (1L, 2L, 3L, 4L, 5L, (long?)250))],
            await database.ListAsync(
                """
                SELECT u.kind, u.name, u.user_id, u.first_at, e.event_key, s.session_id, e.at, e.kind, m.name, n.name, d.name, q.name, e.request_id,
                       e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens, e.cost, e.duration_ms
                FROM telemetry_events e
                JOIN telemetry_subjects u ON u.subject_id = e.subject_id
                JOIN telemetry_sessions s ON s.session_ref = e.session_ref
                JOIN telemetry_names m ON m.name_id = e.model_id JOIN telemetry_names n ON n.name_id = e.name_id
                JOIN telemetry_names d ON d.name_id = e.detail_id JOIN telemetry_names q ON q.name_id = e.source_id
                """,
                rows => (rows.Text(0), rows.Text(1), rows.Int64OrNull(2), rows.Int64(3), rows.Int64(4), rows.Text(5), rows.Int64(6),
                         (rows.Text(7), rows.Text(8), rows.Text(9), rows.Text(10), rows.Text(11), rows.Text(12)),
                         (rows.Int64(13), rows.Int64(14), rows.Int64(15), rows.Int64(16), rows.Int64(17), rows.Int64OrNull(18)))));
        Assert.Equal(
            [("s", false, true, instant, instant, "vscode"), ($"~i@{hour}", true, true, instant, instant, "vscode")],
            await SessionsAsync(database));
        Assert.Equal(
            [("model", "claude-ü"), ("other", "main"), ("terminal", "vscode")],
            await database.ListAsync(
                "SELECT s.category, n.name FROM telemetry_subject_names s JOIN telemetry_names n ON n.name_id = s.name_id ORDER BY s.category",
                rows => (rows.Text(0), rows.Text(1))));
    }

    [Theory, EachDatabase]
    public async Task Store_TheSameEventAgain_AddsNothing_ExceptForAnotherSubject(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, From("a@example.org")));
        await database.ForgetTelemetryAsync();

        Assert.Equal(new StoredCounts(0, 2),
            await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at.AddHours(1), From("a@example.org")), Request(1, at, From("a@example.org"))));
        Assert.Equal(new StoredCounts(1, 0), await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, From("b@example.org"))));

        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM telemetry_events"));
        Assert.Equal(2, await database.ScalarAsync("SELECT CAST(sum(requests) AS bigint) FROM telemetry_days"));
    }

    [Theory, EachDatabase]
    public async Task Store_Subjects_AreTheTokensUser_TheClaimedAddress_OrTheInstallation(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        foreach (var (caller, origin) in new[]
        {
            (new TelemetryCaller(7), From("a@example.org", "i")), (new TelemetryCaller(7), From("b@example.org", "j")),
            (TelemetryCaller.Organisation, From("a@example.org", "i")),
            (TelemetryCaller.Organisation, From(install: "i")), (TelemetryCaller.Organisation, From(install: "I")), (TelemetryCaller.Organisation, From()),
        })
        {
            await database.TelemetryAsync(caller, Request(1, at, origin));
            await database.ForgetTelemetryAsync();
        }

        Assert.Equal(
            [("claimed", "a@example.org", null), ("install", "", null), ("install", "I", null), ("install", "i", null), ("user", "7", (long?)7)],
            (await database.ListAsync("SELECT kind, name, user_id FROM telemetry_subjects", rows => (Kind: rows.Text(0), Name: rows.Text(1), rows.Int64OrNull(2))))
                .OrderBy(row => row.Kind, StringComparer.Ordinal).ThenBy(row => row.Name, StringComparer.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task Store_MoreSubjectsThanTheOrganisationMayAdd_AreOneOther(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.WriteAsync(session =>
        {
            for (var number = 0; number < SubjectIdCache.MaxSubjects; number++)
            {
                session.Execute(StoreSql.InsertSubject, ("kind", "claimed"), ("name", number.ToString(CultureInfo.InvariantCulture)), ("user", (long?)null), ("now", 1));
            }
        });
        var at = database.Time.GetUtcNow();

        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, From("x@example.org")), Request(2, at, From("y@example.org")), Request(3, at, From("17")));
        await database.TelemetryAsync(new TelemetryCaller(7), Request(1, at, From()));

        Assert.Equal(
            [("17", 1L), ("other", 2L), ("user", 1L)],
            await database.ListAsync(
                """
                SELECT CASE s.kind WHEN 'claimed' THEN s.name ELSE s.kind END AS who, count(*)
                FROM telemetry_events e JOIN telemetry_subjects s ON s.subject_id = e.subject_id GROUP BY 1 ORDER BY 1
                """,
                rows => (rows.Text(0), rows.Int64(1))));
        Assert.Equal([("subject", 2L)], await SeenAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Store_MoreNamesThanASubjectMayAdd_AreOther_AndKnownOnesStay(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        var cap = TelemetryNameCache.CapOf(NameCategory.Terminal);
        await database.TelemetryAsync(
            TelemetryCaller.Organisation, [.. Enumerable.Range(0, cap).Select(number => Request(number, at, From("a@example.org", terminal: number == 0 ? "Ä" : $"t{number}")))]);
        await database.ForgetTelemetryAsync();

        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(101, at, From("a@example.org", session: "new", terminal: "one too many")), Request(102, at, From("a@example.org", session: "known", terminal: "t1")),
            Request(103, at, From("a@example.org", session: "case", terminal: "ä")), Request(104, at, From("b@example.org", session: "b", terminal: "one too many")));

        Assert.Equal(
            [("b", "one too many"), ("case", "other"), ("known", "t1"), ("new", "other")],
            await database.ListAsync(
                """
                SELECT s.session_id, n.name FROM telemetry_sessions s JOIN telemetry_names n ON n.name_id = s.terminal_id
                WHERE s.anonymous = 0 AND s.session_id <> 's' ORDER BY s.session_id
                """,
                rows => (rows.Text(0), rows.Text(1))));
        Assert.Equal([("terminal", 2L)], await SeenAsync(database));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM telemetry_names WHERE name = 'one too many'"));
    }

    [Theory, EachDatabase]
    public async Task Store_RecordsOfASession_WidenItsTime(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        foreach (var (minutes, session) in new[] { (0, "s"), (-30, "s"), (-10, "s"), (-5, "S") })
        {
            await database.TelemetryAsync(TelemetryCaller.Organisation, Event(EventKind.UserPrompt, minutes, at.AddMinutes(minutes), From("a@example.org", session: session)));
            await database.ForgetTelemetryAsync();
        }

        Assert.Equal(
            [("S", false, false, database.Now - 300_000, database.Now - 300_000, "vscode"), ("s", false, false, database.Now - 1_800_000, database.Now, "vscode")],
            await SessionsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Store_RecordsWithoutASession_BelongToTheirInstallationsHour(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Event(EventKind.UserPrompt, 1, at, From("a@example.org", "i", null)), Event(EventKind.UserPrompt, 2, at.AddMinutes(59), From("a@example.org", "i", null)),
            Event(EventKind.UserPrompt, 3, at.AddMinutes(60), From("a@example.org", "i", null)), Event(EventKind.UserPrompt, 4, at, From("a@example.org", "j", null)));
        var hour = database.Now / Hour;

        Assert.Equal([$"~i@{hour}", $"~i@{hour + 1}", $"~j@{hour}"], (await SessionsAsync(database)).Select(session => session.Id));
    }

    [Theory, EachDatabase]
    public async Task Store_MoreSessionsThanADayAllows_BelongToTheSubjectsHour(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Event(EventKind.UserPrompt, 1, at, From("a@example.org", "i")));
        var subject = (await database.ScalarAsync("SELECT subject_id FROM telemetry_subjects"))!.Value;
        await database.WriteAsync(session =>
        {
            for (var number = 1; number < TelemetrySessionCache.MaxNewPerDay; number++)
            {
                session.Execute(
                    StoreSql.InsertSession, ("subject", subject), ("session_id", number.ToString("D5", CultureInfo.InvariantCulture)), ("anonymous", false),
                    ("at", database.Now), ("terminal", 1));
            }
        });
        await database.ForgetTelemetryAsync();

        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Event(EventKind.UserPrompt, 2, at, From("a@example.org", "i", "one too many")), Event(EventKind.UserPrompt, 3, at, From("a@example.org", "i", "00017")),
            Event(EventKind.UserPrompt, 4, at.AddDays(1), From("a@example.org", "i", "the next day")),
            Event(EventKind.UserPrompt, 5, at, From("b@example.org", "i", "another subject's")));

        Assert.Equal(
            [(1L, "s"), (2L, $"~@{database.Now / Hour}"), (3L, "00017"), (4L, "the next day"), (5L, "another subject's")],
            await database.ListAsync(
                "SELECT e.event_key, s.session_id FROM telemetry_events e JOIN telemetry_sessions s ON s.session_ref = e.session_ref ORDER BY e.event_key",
                rows => (rows.Int64(0), rows.Text(1))));
        Assert.Equal([("session", 1L)], await SeenAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Seen_NamesBeyondTheLimitOfAKind_AreCountedAsOther(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (kindOfName, name, count, now) in new[] { ("event", "a", 1, 10), ("event", "b", 1, 20), ("event", "c", 5, 30), ("event", "d", 6, 40),
            ("event", "a", 2, 50), ("event", "b", 1, 5), ("metric", "c", 1, 60) })
        {
            await database.ExecuteAsync(StoreSql.AddSeen, ("kind", kindOfName), ("name", name), ("limit", 2), ("count", count), ("now", now));
        }

        Assert.Equal(
            [("event", "a", 3L, 10L, 50L), ("event", "b", 2L, 20L, 20L), ("event", "other", 11L, 30L, 40L), ("metric", "c", 1L, 60L, 60L)],
            await database.ListAsync(
                "SELECT kind, name, count, first_at, last_at FROM telemetry_seen ORDER BY kind, name",
                rows => (rows.Text(0), rows.Text(1), rows.Int64(2), rows.Int64(3), rows.Int64(4))));
    }

    private static Task<List<(string Id, bool Anonymous, bool HasEvents, long First, long Last, string Terminal)>> SessionsAsync(TestDatabase database) =>
        Ordered(database.ListAsync(
            "SELECT s.session_id, s.anonymous, s.has_events, s.first_at, s.last_at, n.name FROM telemetry_sessions s JOIN telemetry_names n ON n.name_id = s.terminal_id",
            rows => (Id: rows.Text(0), Anonymous: rows.Bool(1), HasEvents: rows.Bool(2), First: rows.Int64(3), Last: rows.Int64(4), Terminal: rows.Text(5))));

    private static async Task<List<(string Id, bool Anonymous, bool HasEvents, long First, long Last, string Terminal)>> Ordered(
        Task<List<(string Id, bool Anonymous, bool HasEvents, long First, long Last, string Terminal)>> sessions) =>
        [.. (await sessions).OrderBy(session => session.Id, StringComparer.Ordinal)];

    private static Task<List<(string, long)>> SeenAsync(TestDatabase database) =>
        database.ListAsync("SELECT name, count FROM telemetry_seen WHERE kind = 'capped' ORDER BY name", rows => (rows.Text(0), rows.Int64(1)));
}
