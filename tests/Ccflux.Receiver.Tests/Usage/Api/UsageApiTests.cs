using System.Net;
using System.Text.Json;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Read;

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
        Assert.Equal("attachment; filename=\"ccflux-users.csv\"", answer.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var rows = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(history.Facts.Turns.Select(turn => turn.User).Distinct().Count(), rows.Length - 1);
    }

    [Fact]
    public async Task Users_AsJson_EqualTheFacts()
    {
        await using var history = await History.RandomAsync(seed: 43, turns: 300);
        var facts = history.Facts.In(UsageFilter.Default(history.Time.GetUtcNow()));

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
        var period = UsageFilter.Default(history.Time.GetUtcNow()) with { User = user, Division = division, Model = model };
        var query = string.Join('&', new[] { ("user", user), ("division", division), ("model", model) }.Where(pair => pair.Item2 is not null).Select(pair => $"{pair.Item1}={pair.Item2}"));

        using var json = JsonDocument.Parse(await GetAsync(history, "/api/v1/usage?" + query));

        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("figure").GetString()!);
        var facts = history.Facts;
        var spans = new[]
        {
            ("all_time", facts.In(period with { From = new DateOnly(2000, 1, 1), To = new DateOnly(2200, 1, 1) })),
            ("period", facts.In(period)),
            ("prior_period", facts.In(period with { From = period.From.AddDays(-period.Days), To = period.From.AddDays(-1) })),
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
                Assert.Equal(own.Turns.Select(turn => (turn.User, turn.Session)).Distinct().Count(), rows["sessions"].GetProperty(name).GetInt64());
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
