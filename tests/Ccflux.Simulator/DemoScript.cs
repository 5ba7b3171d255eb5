namespace Ccflux.Simulator;

/// <summary>Accounts in every state a page can show, at a pace that can be watched: low, high, about to be blocked, blocked, and failures.</summary>
public static class DemoScript
{
    public const int Accounts = 8;

    public static SimulatedUpstream Make(TimeProvider time)
    {
        var upstream = new SimulatedUpstream(Accounts, time, maxExchanges: 10_000);
        var now = time.GetUtcNow();
        Set(upstream, 1, 34, (46, Hours(3.3)), (41, Hours(70)));
        Set(upstream, 2, 3, (8, Hours(4.1)), (12, Hours(120)));
        Set(upstream, 3, 9, (74, Hours(1.8)), (81, Hours(41)));
        Set(upstream, 4, 12, (91, Hours(2.5)), (63, Hours(96)));
        Set(upstream, 5, 20, (100, Hours(1.2)), (97, Hours(18)));
        Set(upstream, 6, 15, (33, Hours(2)), (28, Hours(130)));
        Set(upstream, 7, 10, (57, Hours(3)), (44, Hours(60)));
        Set(upstream, 8, 22, (24, Hours(4.6)), (71, Hours(11)));
        upstream.Plan(
            new Fault(FaultKind.RateLimited, now, now.AddMinutes(12), Account: 6, TimeSpan.FromMinutes(10)),
            new Fault(FaultKind.Rejected, now, now.AddYears(1), Account: 7));
        return upstream;
    }

    private static void Set(SimulatedUpstream upstream, int number, double percentPerHour, (double Used, TimeSpan Left) fiveHours, (double Used, TimeSpan Left) sevenDays) =>
        upstream.Accounts[number - 1].Set(percentPerHour, fiveHours, sevenDays);

    private static TimeSpan Hours(double hours) => TimeSpan.FromHours(hours);
}
