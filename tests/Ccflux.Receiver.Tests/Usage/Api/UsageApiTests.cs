using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Api;

/// <summary>The API over a real host.</summary>
public sealed class UsageApiTests
{
    public static TheoryData<string> Paths { get; } =
    [
        "/api/v1/usage", "/api/v1/usage/days", "/api/v1/usage/users", "/api/v1/usage/models", "/api/v1/usage/divisions", "/api/v1/usage/peaks",
        "/api/v1/usage/attention", "/api/v1/windows", "/api/v1/events", "/api/v1/users", "/api/v1/devices", "/api/v1/audit",
        "/api/v1/users/person1@example.org/days", "/api/v1/users/person1@example.org/windows", "/api/v1/users/person1@example.org/sessions",
        "/api/v1/users/person1@example.org/models", "/api/v1/users/person1@example.org/limits",
    ];

    [Fact]
    public async Task EveryTable_AsJsonAndCsv_HasTheSameRowsAndColumns()
    {
        await using var history = await History.RandomAsync(seed: 41, turns: 300);
        foreach (var path in Paths.Select(row => row.Data))
        {
            using var json = JsonDocument.Parse(await GetAsync(history, path + "?size=1000"));
            var rows = json.RootElement.GetProperty("rows");
            var csv = (await GetAsync(history, path + "?format=csv&size=1000")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

            Assert.Equal(rows.GetArrayLength(), csv.Length - 1);
            if (rows.GetArrayLength() > 0)
            {
                Assert.Equal(rows[0].EnumerateObject().Select(property => property.Name), csv[0].Split(','));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task EveryTable_WithoutASignIn_IsRefused(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync(path);
        using var wrong = await receiver.Client.FetchAsync(path, bearer: "wrong");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/usage/users?period=year", "period")]
    [InlineData("/api/v1/usage/users?sort=token", "sort")]
    [InlineData("/api/v1/usage/users?size=1001", "size")]
    [InlineData("/api/v1/usage/users?page=-1", "page")]
    [InlineData("/api/v1/usage/users?user=nobody@example.org", "user")]
    [InlineData("/api/v1/usage/users?model=%00", "model")]
    [InlineData("/api/v1/usage?format=xml", "format")]
    [InlineData("/api/v1/usage/days?sort=day", "sort")]
    [InlineData("/api/v1/windows?view=ajar", "view")]
    [InlineData("/api/v1/events?from=x&to=y", "from")]
    [InlineData("/api/v1/users/person1@example.org/days?model=none", "model")]
    public async Task BadInput_IsAProblemThatNamesTheField(string path, string field)
    {
        await using var history = await History.EmptyAsync();
        await history.AddUserAsync(1);

        using var answer = await history.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains(field + ":", problem.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task UserTable_OfNobody_IsNotFound()
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/api/v1/users/nobody@example.org/days", bearer: RunningReceiver.ViewerToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Users_AsTheAcceptHeaderAsks_AreCsvWhole()
    {
        await using var history = await History.RandomAsync(seed: 42, users: 60, turns: 400);

        using var answer = await history.Receiver.Client.FetchAsync("/api/v1/usage/users?period=90d", bearer: RunningReceiver.ViewerToken, accept: "text/csv");

        Assert.Equal("text/csv", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment; filename=\"ccflux-usage-users_90d_2026-11-20.csv\"", answer.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var rows = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(history.Facts.Turns.Select(turn => turn.User).Distinct().Count(), rows.Length - 1);
    }

    [Fact]
    public async Task LongTables_AsCsv_AreWhole()
    {
        await using var history = await History.RandomAsync(seed: 44);
        await history.ExecuteAsync("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500) INSERT INTO audit_log (at, actor, action) SELECT i, 'admin', 'user.add' FROM n");
        await history.ExecuteAsync("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO sessions (user_id, session_key, session_id, reported_at, first_at, last_at, facts, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
            SELECT 1, i, 'more-' || i, 0, @now - i, @now - i, 0, 0, 0, 0, 0, 0 FROM n
            """, ("now", history.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        await history.ExecuteAsync("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            INSERT INTO devices (user_id, public_key, name, registered_at, approved_at) SELECT 1, 'key-' || i, 'device-' || i, 1, 1 FROM n
            """);

        foreach (var (path, sql) in new[]
        {
            ("/api/v1/events?format=csv", "SELECT count(*) FROM turn_models"),
            ("/api/v1/events?format=csv&user=person2@example.org&model=claude-sonnet-5", "SELECT count(*) FROM turn_models JOIN models USING (model_id) WHERE user_id = 2 AND name = 'claude-sonnet-5'"),
            ("/api/v1/audit?format=csv", "SELECT count(*) FROM audit_log"),
            ("/api/v1/devices?format=csv", "SELECT count(*) FROM devices"),
            ("/api/v1/users/person1@example.org/sessions?format=csv&period=90d", "SELECT count(*) FROM sessions WHERE user_id = 1"),
            ("/api/v1/users/person1@example.org/sessions?format=csv&period=90d&q=more-1", "SELECT count(*) FROM sessions WHERE user_id = 1 AND session_id LIKE 'more-1%'"),
        })
        {
            var rows = (await GetAsync(history, path)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
            using var connection = new SqliteConnection($"Data Source={history.Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");

            Assert.Equal(connection.ExecuteScalar<int>(sql), rows.Count);
            Assert.Equal(rows.Count, path.Contains("audit", StringComparison.Ordinal) ? rows.Count : rows.Distinct().Count());
        }
    }

    [Fact]
    public async Task Events_MoreThanAFileHolds_SaySoInItsName()
    {
        await using var history = await History.RandomAsync(seed: 45, turns: 20);
        await history.ExecuteAsync("UPDATE event_totals SET events = 0");
        await history.ExecuteAsync("UPDATE event_totals SET events = 123456 WHERE (user_id, model_id) = (SELECT user_id, model_id FROM event_totals LIMIT 1)");

        using var answer = await history.Receiver.Client.FetchAsync("/api/v1/events?format=csv", bearer: RunningReceiver.ViewerToken);

        Assert.Equal("ccflux-events_newest-100000-of-123456_2026-11-20.csv", answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
    }

    [Theory]
    [InlineData("/api/v1/usage/users?period=7d&division=Data", "ccflux-usage-users_7d_2026-11-20_Data.csv")]
    [InlineData("/api/v1/usage/days?from=2026-11-01&to=2026-11-10", "ccflux-usage-days_2026-11-01_2026-11-10.csv")]
    [InlineData("/api/v1/usage/models?model=claude-sonnet-5%5B1m%5D", "ccflux-usage-models_all-time_2026-11-20_claude-sonnet-5-1m-.csv")]
    [InlineData("/api/v1/windows?user=person1@example.org", "ccflux-windows_7d_2026-11-20_person1@example.org.csv")]
    [InlineData("/api/v1/users?division=Data", "ccflux-provisioning_2026-11-20.csv")]
    [InlineData("/api/v1/audit?period=7d", "ccflux-audit_2026-11-20.csv")]
    [InlineData("/api/v1/users/person1@example.org/sessions?period=today", "ccflux-user-sessions_today_2026-11-20_person1@example.org.csv")]
    [InlineData("/admin/?export&period=7d&division=Data", "ccflux-usage_7d_2026-11-20_Data.html")]
    [InlineData("/admin/users/person1@example.org?export", "ccflux-usage_30d_2026-11-20_person1@example.org.html")]
    [InlineData("/admin/telemetry?export", "ccflux-telemetry_30d_2026-11-20.html")]
    [InlineData("/api/v1/telemetry/models?period=7d", "ccflux-telemetry-models_7d_2026-11-20.csv")]
    [InlineData("/api/v1/telemetry/calls?period=7d", "ccflux-telemetry-calls_7d_2026-11-20.csv")]
    public async Task Files_AreNamedByWhatTheyHold(string path, string name)
    {
        await using var history = await History.RandomAsync(seed: 46, turns: 200);

        using var answer = await history.Receiver.Client.FetchAsync(path + (path.StartsWith("/api", StringComparison.Ordinal) ? "&format=csv" : ""), bearer: RunningReceiver.AdminToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(name, answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
    }

    [Fact]
    public async Task Summary_FollowsTheFilter()
    {
        await using var history = await History.RandomAsync(seed: 47, turns: 400);
        var now = history.Time.GetUtcNow();
        var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(now)) with { Division = "Data" };

        using var json = JsonDocument.Parse(await GetAsync(history, "/api/v1/usage?division=Data"));

        var input = json.RootElement.GetProperty("rows").EnumerateArray().Single(row => row.GetProperty("figure").GetString() == "input_tokens");
        Assert.Equal(history.Facts.In(filter).Events.Sum(each => each.Input), input.GetProperty("period").GetInt64());
        Assert.Equal(history.Facts.In(filter with { From = DateOnly.MinValue }).Events.Sum(each => each.Input), input.GetProperty("all_time").GetInt64());
        Assert.Equal(
            history.Facts.In(filter with { From = filter.From.AddDays(-30), To = filter.To.AddDays(-30) }).Until(now.AddDays(-30)).Events.Sum(each => each.Input),
            input.GetProperty("prior_period").GetInt64());
    }

    [Fact]
    public async Task Models_WithoutAPrice_AreNamed()
    {
        await using var history = await History.RandomAsync(seed: 48, turns: 200);

        using var json = JsonDocument.Parse(await GetAsync(history, "/api/v1/usage/users"));

        foreach (var row in json.RootElement.GetProperty("rows").EnumerateArray())
        {
            Assert.Equal(row.GetProperty("has_unpriced").GetBoolean() ? "somebody-elses-model" : null, row.GetProperty("unpriced_models").GetString());
        }
    }

    [Fact]
    public async Task Users_AsJson_EqualTheFacts()
    {
        await using var history = await History.RandomAsync(seed: 43, turns: 300);
        var facts = history.Facts.In(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())));

        using var json = JsonDocument.Parse(await GetAsync(history, "/api/v1/usage/users?sort=email-is-no-column&sort=user"));

        foreach (var row in json.RootElement.GetProperty("rows").EnumerateArray())
        {
            var own = facts.Events.Where(each => each.Turn.Email == row.GetProperty("email").GetString()).ToList();
            Assert.Equal(own.Sum(each => each.Input), row.GetProperty("input_tokens").GetInt64());
            Assert.Equal(own.Sum(each => each.Billed), row.GetProperty("billed_tokens").GetInt64());
            Assert.Equal(Math.Round(own.Sum(each => each.Cost ?? 0), 10), row.GetProperty("cost_usd").GetDecimal());
        }
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("person1@example.org", null, null)]
    [InlineData(null, "Data", null)]
    [InlineData(null, null, "claude-sonnet-5")]
    [InlineData("person2@example.org", null, "claude-opus-5-5")]
    public async Task Summary_UnderAFilter_CountsWhatItNamesAndNothingElse(string? user, string? division, string? model)
    {
        await using var history = await History.RandomAsync(seed: 44, turns: 400);
        var period = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(history.Time.GetUtcNow())) with { User = user, Division = division, Model = model };
        var query = string.Join('&', new[] { ("user", user), ("division", division), ("model", model) }.Where(pair => pair.Item2 is not null).Select(pair => $"{pair.Item1}={pair.Item2}"));

        using var json = JsonDocument.Parse(await GetAsync(history, "/api/v1/usage?" + query));

        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("figure").GetString()!);
        var facts = history.Facts;
        var spans = new[]
        {
            ("all_time", facts.In(period with { From = new DateOnly(2000, 1, 1), To = new DateOnly(2200, 1, 1) })),
            ("period", facts.In(period)),
            ("prior_period", facts.In(period with { From = period.From.AddDays(-period.Days), To = period.From.AddDays(-1) }).Until(history.Time.GetUtcNow().AddDays(-period.Days))),
        };
        foreach (var (name, own) in spans)
        {
            Assert.Equal(own.Events.Sum(each => each.Input), rows["input_tokens"].GetProperty(name).GetInt64());
            Assert.Equal(own.Events.Sum(each => each.Output), rows["output_tokens"].GetProperty(name).GetInt64());
            Assert.Equal(own.Events.Select(each => each.Turn.Email).Distinct().Count(), rows["users"].GetProperty(name).GetInt64());
            Assert.Equal(own.Turns.Count, rows["turns"].GetProperty(name).GetInt64());
            Assert.Equal(Math.Round(own.Cost, 10), rows["cost_usd"].GetProperty(name).GetDecimal());
            if (model is null)
            {
                Assert.Equal(own.Sessions, rows["sessions"].GetProperty(name).GetInt64());
            }
            else
            {
                Assert.Equal(JsonValueKind.Null, rows["sessions"].GetProperty(name).ValueKind);
            }
        }

        Assert.Equal(spans[0].Item2.Events.Count, rows["events"].GetProperty("all_time").GetInt64());
        Assert.True(spans[1].Item2.Events.Count > 0);
    }

    [Fact]
    public async Task Csv_OfHostileNames_IsInert()
    {
        await using var history = await History.EmptyAsync();
        await history.ExecuteAsync("INSERT INTO users (email, division, created_at) VALUES ('a@example.org', '=1+1', 0), ('b@example.org', '<script>alert(1)</script>''\"&', 0), ('c@example.org', ' @SUM(A1)', 0)");

        var csv = await GetAsync(history, "/api/v1/users?format=csv&sort=user");

        Assert.Contains("\r\na@example.org,\"'=1+1\",", csv);
        Assert.Contains("\r\nb@example.org,\"<script>alert(1)</script>'\"\"&\",", csv);
        Assert.Contains("\r\nc@example.org,\"' @SUM(A1)\",", csv);
    }

    private static async Task<string> GetAsync(History history, string path)
    {
        using var answer = await history.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {body}");
        return body;
    }
}
