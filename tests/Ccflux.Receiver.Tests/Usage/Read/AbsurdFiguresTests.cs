using Ccflux.Contracts.Usage;
using System.Net.Http.Headers;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>A database with absurd figures is shown nevertheless: sums stop at the largest number, and nothing else changes.</summary>
public sealed class AbsurdFiguresTests
{
    private const long Huge = 4_000_000_000_000_000_000;

    private static readonly string[] s_pages =
    [
        "/admin/", "/admin/?export", "/admin/?days=7", "/admin/users/person1@example.org", "/admin/users/person1@example.org?export", "/admin/telemetry", "/admin/quota",
        "/api/v1/users", "/api/v1/days", "/api/v1/models", "/api/v1/windows", "/api/v1/sessions", "/api/usage",
        "/api/v1/users/person1@example.org/sessions", "/api/v1/telemetry/models", "/api/v1/telemetry/users", "/metrics",
    ];

    [Fact]
    public async Task Pages_OverTheLargestFigures_AreShownAndNeverNegative()
    {
        const long Largest = ReportLimits.MaxRequestTokens;
        await using var history = await History.EmptyAsync();
        for (var user = 1; user <= 3; user++)
        {
            await history.AddUserAsync(user, "Platform");
            for (var index = 0; index < 4; index++)
            {
                var at = history.Time.GetUtcNow().AddHours(-index);
                await history.StoreAsync(user, History.Turn(
                    $"s{index}", index, at, ("claude-opus-5-5", History.Usage(Largest, Largest, Largest, Largest)), ("somebody-elses-model", History.Usage(Largest, Largest, Largest, Largest))));
            }
        }

        Assert.Equal(["integer 4000000000"], Query(history, "SELECT DISTINCT typeof(input_tokens) || ' ' || input_tokens FROM usage_totals"));
        await AssertShownAsync(history);
    }

    [Fact]
    public async Task Pages_OverFiguresThatSomebodyChanged_AreShown()
    {
        await using var history = await History.RandomAsync(seed: 7, users: 3, turns: 200, days: 20);
        await history.ExecuteAsync("UPDATE user_hours SET input_tokens = 1.9e19 WHERE user_id = 1");
        await history.ExecuteAsync("UPDATE user_hours SET output_tokens = -9223372036854775808 WHERE user_id = 2");
        await history.ExecuteAsync("UPDATE usage_days SET input_tokens = -2446744073709551616, cache_read_tokens = 9223372036854775807, output_tokens = 9223372036854775807");
        await history.ExecuteAsync("UPDATE usage_totals SET input_tokens = -5, output_tokens = 9223372036854775807");
        await history.ExecuteAsync("UPDATE sessions SET input_tokens = 1.9e19, output_tokens = -7");
        await history.ExecuteAsync("UPDATE requests SET input_tokens = 9223372036854775807");

        await AssertShownAsync(history);
    }

    [Fact]
    public async Task Telemetry_OverCostsBeyondALong_IsShownAndNeverNegative()
    {
        await using var host = await Telemetry.OtlpHost.StartAsync();
        using var stored = await host.PostJsonAsync("logs", Telemetry.Otlp.Logs(
            Telemetry.Otlp.Request("r1", more: ("user.email", "a@example.org")), Telemetry.Otlp.Request("r2", more: ("user.email", "b@example.org"))));
        foreach (var table in new[] { "telemetry_hours", "telemetry_days", "telemetry_session_usage" })
        {
            await ExecuteAsync($"UPDATE {table} SET cost = 9223372036854775807, input_tokens = 9223372036854775807, output_tokens = 9223372036854775807, cache_read_tokens = 9223372036854775807");
        }

        await ExecuteAsync("UPDATE telemetry_day_counts SET count = 9223372036854775807");
        await ExecuteAsync("UPDATE telemetry_hour_counts SET count = 9223372036854775807");
        using var more = await host.PostJsonAsync("logs", Telemetry.Otlp.Logs(Telemetry.Otlp.Request("r3", more: ("user.email", "a@example.org"))));

        foreach (var page in new[] { "/admin/telemetry", "/admin/telemetry?period=1d", "/admin/telemetry?period=24h", "/admin/telemetry?user=a%40example.org" })
        {
            var text = await GetAsync(host.Receiver, page);
            Assert.DoesNotContain("−$", text, StringComparison.Ordinal);
            Assert.DoesNotMatch("data-v=\"-[0-9]{2}", text);
        }

        Assert.Equal("integer", host.Scalar<string>("SELECT DISTINCT typeof(cost) FROM telemetry_hours"));

        async Task ExecuteAsync(string sql) =>
            Assert.Equal(Ccflux.Storage.Writing.WriteStatus.Committed, (await host.Receiver.Service<Ccflux.Storage.Writing.GroupCommitWriter>().WriteAsync(session => session.Execute(sql))).Status);
    }

    private static async Task AssertShownAsync(History history)
    {
        foreach (var page in s_pages)
        {
            var text = await GetAsync(history.Receiver, page);
            Assert.DoesNotMatch("data-v=\"-[0-9]{2}", text);
            Assert.DoesNotContain("tokens\":-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("billed\":-", text, StringComparison.Ordinal);
        }
    }

    private static async Task<string> GetAsync(RunningReceiver receiver, string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningReceiver.AdminToken);
        request.Headers.Accept.ParseAdd(page.StartsWith("/api", StringComparison.Ordinal) ? "application/json" : "text/html");
        using var response = await receiver.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode is 200 or 404, $"{page}: {(int)response.StatusCode} {string.Join('\n', receiver.LogLines)}");
        return text;
    }

    private static List<string> Query(History history, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={history.Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return connection.Query<string>(sql).AsList();
    }
}
