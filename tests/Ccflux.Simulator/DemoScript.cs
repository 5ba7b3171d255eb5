namespace Ccflux.Simulator;

/// <summary>Accounts in every state a page can show, at a pace that can be watched: low, high, about to be blocked, blocked, and failures.</summary>
public static class DemoScript
{
    /// <summary>Number of accounts that quota polls by itself; the fleet's come after them.</summary>
    public const int Accounts = 8;

    /// <summary>Accounts of the fleet: how long their logins last, and what happens to them.</summary>
    public static IReadOnlyList<DemoLogin> Fleet { get; } =
    [
        new(9, "platform", TimeSpan.FromHours(8), "2"),
        new(10, "data", TimeSpan.FromHours(8), "5"),
        new(11, "mobile", TimeSpan.FromMinutes(40), "23"),
        new(12, "research", TimeSpan.FromHours(5), "11"),
        new(13, "build", TimeSpan.FromMinutes(2), "18"),
        new(14, "legacy", TimeSpan.FromMinutes(30), "27", IsDead: true),
    ];

    public static SimulatedUpstream Make(TimeProvider time)
    {
        var upstream = new SimulatedUpstream(Accounts + Fleet.Count, time, maxExchanges: 10_000);
        var now = time.GetUtcNow();
        Set(upstream, 1, 34, (46, Hours(3.3)), (41, Hours(70)));
        Set(upstream, 2, 3, (8, Hours(4.1)), (12, Hours(120)));
        Set(upstream, 3, 9, (74, Hours(1.8)), (81, Hours(41)));
        Set(upstream, 4, 12, (91, Hours(2.5)), (63, Hours(96)));
        Set(upstream, 5, 20, (100, Hours(1.2)), (97, Hours(18)));
        Set(upstream, 6, 15, (33, Hours(2)), (28, Hours(130)));
        Set(upstream, 7, 10, (57, Hours(3)), (44, Hours(60)));
        Set(upstream, 8, 22, (24, Hours(4.6)), (71, Hours(11)));
        Set(upstream, 9, 0, (72, Hours(1.9)), (68, Hours(9)));
        Set(upstream, 10, 0, (31, Hours(3.4)), (41, Hours(93)));
        Set(upstream, 11, 0, (12, Hours(2.2)), (58, Hours(123)));
        Set(upstream, 12, 0, (0, Hours(4.9)), (11, Hours(145)));
        Set(upstream, 13, 0, (0, Hours(4)), (100, Hours(32)));
        Set(upstream, 14, 0, (0, Hours(4)), (7, Hours(60)));
        upstream.Plan(
            new Fault(FaultKind.RateLimited, now, now.AddMinutes(12), Account: 6, TimeSpan.FromMinutes(10)),
            new Fault(FaultKind.Rejected, now, now.AddYears(1), Account: 7));
        return upstream;
    }

    private static void Set(SimulatedUpstream upstream, int number, double percentPerHour, (double Used, TimeSpan Left) fiveHours, (double Used, TimeSpan Left) sevenDays) =>
        upstream.Accounts[number - 1].Set(percentPerHour, fiveHours, sevenDays);

    private static TimeSpan Hours(double hours) => TimeSpan.FromHours(hours);
}

/// <summary>A login in the fleet's demo.</summary>
/// <param name="Number">Number of the simulated account.</param>
/// <param name="Lifetime">Lifetime of its access token.</param>
/// <param name="ChargeDay">Day of the month.</param>
/// <param name="IsDead">Its refresh token is spent elsewhere.</param>
public sealed record DemoLogin(int Number, string Label, TimeSpan Lifetime, string ChargeDay, bool IsDead = false);
