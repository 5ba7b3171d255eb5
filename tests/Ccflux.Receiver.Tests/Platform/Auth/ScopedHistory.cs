using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Telemetry;
using Ccflux.Receiver.Tests.Usage.Read;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>
/// A receiver with two divisions, and something of every kind about each of their users: usage, devices, tokens, limits, tiers, telemetry, plans, labels,
/// quota, alerts and audit lines. Users 1 and 3 are in Red, 2 is in Blue, 4 in no division. What belongs to user 2 has a name that ends in "-trace2".
/// </summary>
internal sealed class ScopedHistory : IAsyncDisposable
{
    public const string Red = "Division-Red";
    public const string Blue = "Division-Blue";

    private const string OrganisationToken = "organisation-token-for-tests";

    private ScopedHistory(History history) => History = history;

    public History History { get; }

    public RunningReceiver Receiver => History.Receiver;

    /// <summary>Texts that show data of a user, by which it is recognised in an answer.</summary>
    public static IReadOnlyList<string> TracesOf(long user) => [History.Email(user), $"-trace{user}"];

    public static async Task<ScopedHistory> StartAsync()
    {
        var history = await History.EmptyAsync(
            ScopedSignIn.Add,
            ("OTLP_TOKEN", OrganisationToken),
            ("TELEMETRY_ATTRIBUTES", "team"),
            ("ADMIN_RATE_LIMIT_PER_MINUTE", "100000"),
            ("FLEET", "1"),
            ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName));
        var scoped = new ScopedHistory(history);
        for (var user = 1; user <= 4; user++)
        {
            await history.AddUserAsync(user, user switch { 2 => Blue, 4 => "", _ => Red });
            await scoped.FillAsync(user);
        }

        await history.ExecuteAsync("INSERT INTO refresh_tokens (token, email, division) VALUES ('sha256:unused', 'unused-trace2@example.org', @division)", ("division", Blue));
        foreach (var (user, other) in new[] { (1, 2), (2, 1), (1, 3), (3, 1), (2, 4), (4, 2) })
        {
            await history.ExecuteAsync(
                "INSERT INTO shared_requests (user_id, other_user_id, requests, counted, tokens, sessions, first_at, last_at, found_at) VALUES (@user, @other, 1, 1, 1, 1, 1, 1, @now)",
                ("user", user), ("other", other), ("now", scoped.Now));
        }

        await history.ExecuteAsync("INSERT INTO quota_accounts (account_id, account_key, owner, source, label, email, created_at) VALUES (9, 'polled', 0, 'oauth', '', 'polled-trace2@example.org', 1)");
        await history.ExecuteAsync("INSERT INTO quota_windows (account_id, name, used_milli, observed_at, source) VALUES (9, 'five_hour', 50000, @now, 'oauth')", ("now", scoped.Now));
        await scoped.SendTelemetryAsync(OrganisationToken, "claimed-trace2", ("user.email", History.Email(2)), ("team", "claimed-trace2"));
        await scoped.SendTelemetryAsync(OrganisationToken, "nobody-trace2", ("user.id", "installation-trace2"));
        return scoped;
    }

    /// <summary>Asks as somebody with a data scope, as <see cref="ScopedSignIn"/> reads it.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path, string scope)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add(ScopedSignIn.Header, scope);
        using var answer = await Receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public ValueTask DisposeAsync() => History.DisposeAsync();

    private long Now => History.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task FillAsync(int user)
    {
        var now = History.Time.GetUtcNow();
        var name = $"-trace{user.ToString(CultureInfo.InvariantCulture)}";
        await History.StoreAsync(
            user,
            History.Turn("session" + name, 1, now.AddMinutes(-20), ("claude-opus-5-5", History.Usage(1000 * user, 10))),
            History.Turn("session" + name, 2, now.AddDays(-2), ("claude-sonnet-5", History.Usage(10 * user, 10))));
        foreach (var sql in new[]
        {
            "INSERT INTO refresh_tokens (token, email) VALUES ('sha256:token' || @name, @email)",
            "INSERT INTO devices (user_id, public_key, name, registered_at) VALUES (@user, 'key' || @name, 'device' || @name, @now)",
            "INSERT INTO limit_events (user_id, session_key, turn_key, at, window_name, final) SELECT user_id, session_key, turn_key, @now - 1000, 'five_hour', 1 FROM turns WHERE user_id = @user ORDER BY started_at LIMIT 1",
            "INSERT OR REPLACE INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at, limit_hit_at) VALUES (@user, 'Tier 3', 1000, 'limit_hit', 12, @now, @now)",
            "UPDATE users SET last_refusal = 'invalid-payload', last_refusal_at = @now + 1 WHERE user_id = @user",
            "INSERT INTO audit_log (at, actor, action, target, detail) VALUES (@now, 'admin', 'user.add', @email, 'added' || @name)",
            "INSERT INTO telemetry_plans (person, plan, set_at) VALUES (@email, 'plan' || @name, @now)",
            "INSERT INTO quota_accounts (account_id, account_key, owner, source, label, created_at) VALUES (@user, 'account' || @name, @user, 'statusline', 'seat' || @name, @now)",
            "INSERT INTO quota_windows (window_id, account_id, name, used_milli, observed_at, source) VALUES (@user, @user, 'five_hour', 90000, @now, 'statusline')",
            "INSERT INTO quota_readings (window_id, observed_at, used_milli, source) VALUES (@user, @now, 90000, 'statusline')",
            "INSERT INTO quota_alerts (alert_id, account_id, window, kind, used_milli, threshold_milli, created_at) VALUES (@user, @user, 'five_hour', 'threshold', 90000, 80000, @now)",
            "INSERT INTO quota_deliveries (alert_id, channel, state, attempts, next_at) VALUES (@user, 'slack', 'delivered', 1, @now)",
            "INSERT INTO quota_alert_rules (account_id, thresholds, forecast) VALUES (@user, '80', 1)",
        })
        {
            await History.ExecuteAsync(sql, ("user", user), ("name", name), ("email", History.Email(user)), ("now", Now));
        }

        var token = (await Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, History.Email(user))).Token!;
        await SendTelemetryAsync(token, "telemetry" + name, ("team", "team" + name));
    }

    private async Task SendTelemetryAsync(string token, string id, params (string Key, object Value)[] attributes)
    {
        var body = Otlp.Logs(Otlp.Event(
            "api_request",
            History.Time.GetUtcNow().AddMinutes(-10),
            [("session.id", "session-" + id), ("model", "claude-opus-5-5"), ("request_id", "request-" + id), ("input_tokens", 10L), ("output_tokens", 20L), ("cost_usd", 0.5), .. attributes]));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/logs", UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Receiver.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("{}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
