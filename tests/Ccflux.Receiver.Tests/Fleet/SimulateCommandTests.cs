using System.Globalization;
using System.Text.Json;
using Ccflux.Lab.Rotation;
using Ccflux.Receiver.Tests.Fleet.Rotation;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary><c>simulate</c> and <c>record</c> of the developers' tools: the real program.</summary>
public sealed class SimulateCommandTests : IDisposable
{
    private const string Scenario = """
        {"accounts":[{"five_hour":300,"seven_day":2400,"resets_at_hour":30},{"five_hour":300,"seven_day":2400,"resets_at_hour":90}],
         "demand":[{"config_dir":0,"days":[0,1,2],"from_hour":9,"to_hour":17,"requests_per_hour":90,"call_seconds":20}]}
        """;

    private readonly ReceiverProcess _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Simulate_AtRandom_PrintsAllPoliciesAndTheSameAgain()
    {
        var text = await _receiver.RunLabAsync("simulate", "--runs", "2", "--seed", "5");
        var json = await _receiver.RunLabAsync("simulate", "--runs", "2", "--seed", "5", "--json");
        var again = await _receiver.RunLabAsync("simulate", "--runs", "2", "--seed", "5", "--json");

        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.StartsWith("2 fortnights from seed 5, ", text.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^engine +\d+\.\d\d ?% +\d+\.\d\d ?% ", text.Output);
        Assert.Matches(@"(?m)^stay until blocked +\d", text.Output);
        Assert.Matches(@"(?m)^most left first +\d", text.Output);
        Assert.Equal(json.Output, again.Output);
        var totals = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal((2, 5, 3), (totals.GetProperty("runs").GetInt32(), totals.GetProperty("first_seed").GetInt32(), totals.GetProperty("policies").GetArrayLength()));
        Assert.False(File.Exists(_receiver.DatabasePath));
    }

    [Fact]
    public async Task Simulate_OfAScenario_CountsItsRequests()
    {
        await WriteAsync("scenario.json", Scenario);

        var outcome = await _receiver.RunLabAsync("simulate", _receiver.PathOf("scenario.json"), "--json");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var totals = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(3 * 8 * 90, totals.GetProperty("requests").GetInt64());
        var policies = totals.GetProperty("policies").EnumerateArray().ToDictionary(policy => policy.GetProperty("policy").GetString()!, policy => policy.GetProperty("interruptions").GetInt32());
        Assert.True(policies["engine"] <= policies["stay until blocked"], outcome.Output);
    }

    [Fact]
    public async Task Simulate_Order_IsThatOfTheSetting()
    {
        var seeds = new[] { "simulate", "--runs", "1", "--seed", "3", "--json" };

        var soonest = await _receiver.RunLabAsync([.. seeds]);
        var always = await _receiver.RunLabAsync([.. seeds, "--order", "soonest_reset"]);
        var least = await _receiver.RunLabAsync([.. seeds, "--order", "least_waste"]);
        var twelve = await _receiver.RunLabAsync([.. seeds, "--soonest-first-hours", "12"]);

        Assert.Equal((soonest.Output, least.Output), (always.Output, twelve.Output));
        Assert.NotEqual(soonest.Output, least.Output);
    }

    [Theory]
    [InlineData("--runs: 1 to 100000", "--runs", "0")]
    [InlineData("--seed: 0 to", "--seed", "-1")]
    [InlineData("--soonest-first-hours: 0 to 168", "--soonest-first-hours", "169")]
    [InlineData("nowhere.json", "nowhere.json")]
    [InlineData("wrong.json: demand: from_hour is 0 to 23", "wrong.json")]
    [InlineData("broken.json: $.accounts", "broken.json")]
    [InlineData("large.json: at most 8388608 bytes", "large.json")]
    public async Task Simulate_Wrong_NamesTheFieldAndTheLimit(string named, params string[] arguments)
    {
        await WriteAsync("wrong.json", Scenario.Replace("\"from_hour\":9", "\"from_hour\":24", StringComparison.Ordinal));
        await WriteAsync("broken.json", """{"accounts":7}""");
        await WriteAsync("large.json", new string(' ', ScriptedFortnight.MaxFileBytes + 1));

        var outcome = await _receiver.RunLabAsync(["simulate", .. arguments.Select(argument => argument.EndsWith(".json", StringComparison.Ordinal) ? _receiver.PathOf(argument) : argument)]);

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_OfADatabasesOwnFortnight_IsAScenarioThatSimulatePlays()
    {
        var from = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-14);
        Fill(from);

        var recorded = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"));
        var played = await _receiver.RunLabAsync("simulate", _receiver.PathOf("recorded.json"), "--json");
        var again = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"));
        var nobody = await _receiver.RunLabAsync("record", _receiver.PathOf("nobody.json"), "--user", "nobody@example.org");

        Assert.Equal(0, recorded.ExitCode); // it may report that the database was open to others
        Assert.Contains($"14 days from {from:yyyy-MM-dd}; accounts: 2, config dirs: 2, requests: 5600.", recorded.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (played.ExitCode, played.Error));
        var totals = JsonDocument.Parse(played.Output).RootElement;
        Assert.Equal(5600, totals.GetProperty("requests").GetInt64());
        Assert.Equal(0, totals.GetProperty("policies")[0].GetProperty("interruptions").GetInt32());
        Assert.Equal((1, true), (again.ExitCode, again.Error.Contains("recorded.json", StringComparison.Ordinal)));
        Assert.Contains("No requests were reported", nobody.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_WhereAgentsAreEnrolled_CountsTheWorkOfTheirMachines()
    {
        Fill(new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-14));
        using (var connection = SqliteDatabase.OpenForWriting(_receiver.DatabasePath))
        {
            connection.ExecuteScript("INSERT INTO fleet_agents (agent_id, machine, config_dir_id, platform, version, signing_key, sealing_key, enrolled_at) VALUES ('a', 'Laptop', 'c', 'linux', '1', '', '', 0)");
        }

        var recorded = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"));

        Assert.Contains("accounts: 2, config dirs: 1, requests: 3920.", recorded.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_OfTooLittle_SaysWhatIsMissingAndWritesNothing()
    {
        SqliteDatabase.OpenForWriting(_receiver.DatabasePath).Dispose();

        var empty = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"));
        var early = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"), "--from", "2020-01-01");
        var wrong = await _receiver.RunLabAsync("record", _receiver.PathOf("recorded.json"), "--from", "monday");

        Assert.Equal((1, true), (empty.ExitCode, empty.Error.Contains("no account was polled", StringComparison.Ordinal)));
        Assert.All(new[] { early, wrong }, outcome => Assert.Contains("--from: a day such as", outcome.Error, StringComparison.Ordinal));
        Assert.False(File.Exists(_receiver.PathOf("recorded.json")));
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(_receiver.PathOf(name), text, TestContext.Current.CancellationToken);

    /// <summary>Two polled accounts, and two devices of a user whose turns are an hour long.</summary>
    private void Fill(DateTimeOffset from)
    {
        using var connection = SqliteDatabase.OpenForWriting(_receiver.DatabasePath);
        connection.ExecuteScript("""
            BEGIN;
            INSERT INTO users (user_id, email, created_at) VALUES (1, 'amara@example.org', 0);
            INSERT INTO devices (device_ref, user_id, public_key, name, registered_at) VALUES (1, 1, 'k1', 'laptop', 0), (2, 1, 'k2', 'desktop', 0);
            INSERT INTO models (model_id, name, first_seen_at) VALUES (1, 'claude-opus-5-5', 0);
            INSERT INTO sessions (user_id, session_key, session_id, device_ref, reported_at, facts, requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
            VALUES (1, 1, 's1', 1, 0, 0, 0, 0, 0, 0, 0), (1, 2, 's2', 2, 0, 0, 0, 0, 0, 0, 0);
            """);
        Keep(connection, 1, from, RecordedHistory.Play("seat 1", from, new SimulatedAccount(400, 2000, 30 * SimulatedAccount.Hour, 500), 35, 9, 17));
        Keep(connection, 2, from, RecordedHistory.Play("seat 2", from, new SimulatedAccount(250, 2000, 100 * SimulatedAccount.Hour, 0), 20, 10, 16));
        connection.ExecuteScript("COMMIT");
    }

    private static void Keep(WriteSession session, int id, DateTimeOffset from, (RecordedAccount Account, int[] Work) history)
    {
        session.Execute(
            "INSERT INTO quota_accounts (account_id, account_key, owner, source, label, created_at) VALUES (@id, @key, 0, 'oauth', @label, 0)",
            ("id", id), ("key", id.ToString(CultureInfo.InvariantCulture)), ("label", history.Account.Label));
        foreach (var (name, window, readings) in new[] { ("five_hour", id * 2, history.Account.FiveHour), ("seven_day", (id * 2) + 1, history.Account.SevenDay) })
        {
            session.Execute(
                "INSERT INTO quota_windows (window_id, account_id, name, used_milli, observed_at, source) VALUES (@window, @account, @name, 0, 0, 'oauth')",
                ("window", window), ("account", id), ("name", name));
            foreach (var reading in readings)
            {
                session.Execute(
                    "INSERT INTO quota_readings (window_id, observed_at, used_milli, resets_at, source) VALUES (@window, @at, @used, @resets_at, 'oauth')",
                    ("window", window),
                    ("at", reading.At.ToUnixTimeMilliseconds()),
                    ("used", (long)(reading.UsedPercent * 1000)),
                    ("resets_at", reading.ResetsAt?.ToUnixTimeMilliseconds()));
            }
        }

        for (var hour = 0; hour < history.Work.Length; hour++)
        {
            if (history.Work[hour] > 0)
            {
                var at = from.AddHours(hour).ToUnixTimeMilliseconds();
                var turn = (id * 1000) + hour;
                session.Execute(
                    "INSERT INTO turns (user_id, turn_key, session_key, started_at, ended_at, outcome) VALUES (1, @turn, @id, @started_at, @ended_at, 'completed')",
                    ("turn", turn), ("id", id), ("started_at", at), ("ended_at", at + 3_599_999));
                session.Execute(
                    """
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @requests)
                    INSERT INTO requests (user_id, hour, request_key, at, session_key, turn_key, model_id, price_class, origin, provenance, input_tokens, output_tokens,
                                          cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches)
                    SELECT 1, @at / 3600000, @turn * 10000 + n, @at, @id, @turn, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0 FROM numbers
                    """,
                    ("turn", turn), ("id", id), ("at", at), ("requests", history.Work[hour]));
            }
        }
    }
}
