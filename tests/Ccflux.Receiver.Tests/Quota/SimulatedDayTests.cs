using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>A day of 50 accounts, one by cookies and 49 by token. bench/quota.sh runs thirty.</summary>
public sealed class SimulatedDayTests
{
    [Fact]
    public async Task Day_HealthyUpstream_KeepsTheBudgetsMissesNoResetAndKeepsHistoryExactly()
    {
        await using var rig = await QuotaRig.StartAsync(accounts: 50);

        await rig.PassAsync(TimeSpan.FromDays(1));

        var exchanges = rig.Upstream.Exchanges;
        Assert.All(exchanges, exchange => Assert.True(exchange is { Method: "GET", Status: 200 }));
        Assert.Equal(50, exchanges.Select(exchange => exchange.Account).Distinct().Count());
        SimulatedRules.HoldBudgets(exchanges, TimeSpan.FromSeconds(60));
        var seen = SimulatedRules.HoldResets(rig.Upstream, rig.Time.GetUtcNow());
        Assert.InRange(seen, 100, 1000);
        SimulatedRules.HoldHistory(rig, exchanges);
    }
}

/// <summary>What holds for any run of the simulator.</summary>
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

    /// <summary>Each reset was followed by a poll of its account within a minute.</summary>
    /// <returns>How many resets there were.</returns>
    public static int HoldResets(SimulatedUpstream upstream, DateTimeOffset now)
    {
        var polls = upstream.Exchanges.ToLookup(exchange => exchange.Account, exchange => exchange.At);
        var began = upstream.Exchanges[0].At + TimeSpan.FromMinutes(5);
        var count = 0;
        foreach (var account in upstream.Accounts)
        {
            foreach (var (window, at) in account.Resets.Where(reset => reset.At > began && reset.At < now - TimeSpan.FromMinutes(1)))
            {
                count++;
                Assert.True(polls[account.Number].Any(poll => poll >= at && poll <= at + TimeSpan.FromMinutes(1)), $"account {account.Number}, {window} at {at:O}");
            }
        }

        return count;
    }

    /// <summary>The database has each answer that was given, and nothing else.</summary>
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
