using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ccflux.Simulator;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Days of many accounts, one polled with cookies and the others with tokens: one day of 20 here, thirty of 50 in bench/quota.sh.</summary>
public sealed class SimulatedDayTests
{
    /// <summary>Every account but the last stays healthy; the last one has one failure a day.</summary>
    [Fact]
    public async Task Days_OneAccountFailing_KeepBudgetsMissNoResetShowFailuresAndKeepHistoryExactly()
    {
        var days = int.Parse(Environment.GetEnvironmentVariable("SIM_DAYS") ?? "1", CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        var accounts = TestDepth.Of(usual: 20, thorough: 50);
        await using var rig = await QuotaRig.StartAsync(accounts);
        FaultKind[] kinds = [.. s_words.Keys];
        var shown = new List<string>();
        for (var day = 0; day < days; day++)
        {
            var kind = kinds[day % kinds.Length];
            await rig.PassAsync(TimeSpan.FromHours(12));
            var good = LastGood(await ShownAsync(rig, accounts));
            var now = rig.Time.GetUtcNow();
            rig.Upstream.Plan(new Fault(kind, now, now.AddMinutes(40), Account: accounts));
            await rig.PassAsync(TimeSpan.FromMinutes(30));
            var failing = await ShownAsync(rig, accounts);
            Assert.Equal(s_words[kind], failing.GetProperty("error").GetProperty("kind").GetString());
            Assert.True(LastGood(failing) >= good);
            shown.Add(s_words[kind]);
            await rig.PassAsync(TimeSpan.FromHours(11.5));
            Assert.Equal(JsonValueKind.Null, (await ShownAsync(rig, accounts)).GetProperty("error").ValueKind);
        }

        var exchanges = rig.Upstream.Exchanges;
        Assert.All(exchanges, exchange => Assert.True(exchange.Method == "GET" && (exchange.Account == accounts || exchange.Status == 200)));
        SimulatedRules.HoldBudgets(exchanges, TimeSpan.FromSeconds(60));
        var resets = SimulatedRules.HoldResets(rig.Upstream, rig.Time.GetUtcNow(), healthy: accounts - 1);
        Assert.True(resets > accounts * days);
        SimulatedRules.HoldHistory(rig, exchanges);
        var readings = exchanges.Sum(exchange => exchange.Windows.Count);
        var size = new FileInfo(rig.Receiver.DatabasePath).Length;
        if (Environment.GetEnvironmentVariable("BENCH_OUT") is { } path)
        {
            var how = string.Create(CultureInfo.InvariantCulture, $"{days} simulated days of {accounts} accounts, one by cookies; budgets kept, no reset missed by more than a minute, {shown.Count} failures shown, history exact");
            string[] lines =
            [
                Line("quota.polls", exchanges.Count, "polls", how), Line("quota.resets", resets, "resets", how), Line("quota.readings", readings, "readings", how),
                Line("quota.bytes_per_reading", size / readings, "B", how), Line("quota.wall", (long)watch.Elapsed.TotalSeconds, "s", how),
            ];
            await File.WriteAllLinesAsync(path, lines, TestContext.Current.CancellationToken);
        }
    }

    private static readonly Dictionary<FaultKind, string> s_words = PollFailureTests.Kinds.ToDictionary(row => row.Data.Item1, row => row.Data.Item2);

    private static async Task<JsonElement> ShownAsync(QuotaRig rig, int account) =>
        (await rig.GetAsync("/api/usage")).GetProperty("accounts").EnumerateArray().Single(shown => shown.GetProperty("label").GetString() == $"seat {account}");

    private static DateTimeOffset LastGood(JsonElement account) => account.GetProperty("observed_at").GetDateTimeOffset();

    private static string Line(string name, long value, string unit, string how) =>
        JsonSerializer.Serialize(new { name, value, unit, baseline = (long?)null, ratio = (double?)null, how });
}

/// <summary>Rules that hold for any run of the simulator.</summary>
internal static class SimulatedRules
{
    public static void HoldBudgets(IReadOnlyList<Exchange> exchanges, TimeSpan cookieInterval)
    {
        foreach (var account in exchanges.GroupBy(exchange => exchange.Account))
        {
            var times = account.Select(exchange => exchange.At).ToList();
            if (account.First().ByCookie)
            {
                Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= cookieInterval, $"{pair}"));
            }
            else
            {
                Assert.All(times.Zip(times.Skip(28)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromMinutes(60), $"{pair}"));
            }
        }
    }

    /// <summary>Asserts that each reset was followed by a poll of its account within a minute.</summary>
    /// <param name="upstream">The upstream, with its exchanges and its accounts' resets.</param>
    /// <param name="now">The simulator's current time.</param>
    /// <param name="healthy">How many of its accounts are checked.</param>
    /// <returns>The number of resets.</returns>
    public static int HoldResets(SimulatedUpstream upstream, DateTimeOffset now, int healthy = int.MaxValue)
    {
        var polls = upstream.Exchanges.ToLookup(exchange => exchange.Account, exchange => exchange.At);
        var began = upstream.Exchanges[0].At + TimeSpan.FromMinutes(5);
        var count = 0;
        foreach (var account in upstream.Accounts.Take(healthy))
        {
            // Sorted, so that a month of resets is looked up quickly.
            var times = polls[account.Number].ToList();
            foreach (var (window, at) in account.Resets.Where(reset => reset.At > began && reset.At < now - TimeSpan.FromMinutes(1)))
            {
                count++;
                var next = times.BinarySearch(at);
                next = next < 0 ? ~next : next;
                Assert.True(next < times.Count && times[next] <= at + TimeSpan.FromMinutes(1), $"account {account.Number}, {window} at {at:O}");
            }
        }

        return count;
    }

    /// <summary>Asserts that the database contains each answer that was given, and nothing else.</summary>
    public static void HoldHistory(QuotaRig rig, IReadOnlyList<Exchange> exchanges)
    {
        var given = exchanges
            .SelectMany(exchange => exchange.Windows.Select(window => (Name(exchange), window.Window, exchange.At.ToUnixTimeMilliseconds(), (long)Math.Round(window.Used * 1000), window.ResetsAt?.ToUnixTimeMilliseconds())))
            .Order();
        var kept = rig.Query(
            "SELECT a.label, w.name, r.observed_at, r.used_milli, r.resets_at FROM quota_readings r JOIN quota_windows w USING (window_id) JOIN quota_accounts a USING (account_id)",
            row => (row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.IsDBNull(4) ? (long?)null : row.GetInt64(4))).Order();

        Assert.Equal(given, kept);
    }

    private static string Name(Exchange exchange) => exchange.ByCookie ? "claude.ai" : $"seat {exchange.Account}";
}
