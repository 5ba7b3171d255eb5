namespace Ccflux.Lab.Rotation;

/// <summary>
/// More than this no policy can serve, even one that knows the whole fortnight beforehand. docs/development/fleet-simulation.md has the proof that it is a bound.
/// <para>The smallest cut between the hours' demand and what the accounts' windows let through says which hours and which weeks are scarce;
/// <see cref="ScarceBound"/> makes a bound of those.</para>
/// </summary>
internal static class UpperBound
{
    /// <summary>That an account's 7-day windows can touch.</summary>
    public const int Weeks = (Fortnight.Hours / HoursOfWeek) + 1;

    private const int HoursOfWeek = 168;
    private const int NodesOfWeek = 1 + 7 + 28;
    private const int Source = Fortnight.Hours;
    private const int Sink = Fortnight.Hours + 1;

    public static int Of(Fortnight fortnight)
    {
        var demand = new int[Fortnight.Hours];
        foreach (var request in fortnight.Requests)
        {
            demand[request.At / SimulatedAccount.Hour]++;
        }

        var cut = Network(fortnight.Accounts, demand);
        cut.Find(Source, Sink);
        return new ScarceBound(
            fortnight.Accounts,
            demand,
            hour => !cut.IsBefore(hour),
            (account, week) => cut.IsBefore(WeekNode(account, week))).Lower();
    }

    /// <summary>The account's 7-day window that an hour lies in: 0 is the one that runs at the start.</summary>
    public static int WeekOf(SimulatedAccount account, int hour)
    {
        var sinceReset = hour - (account.FirstReset / SimulatedAccount.Hour);
        return sinceReset < 0 ? 0 : (sinceReset / HoursOfWeek) + 1;
    }

    /// <summary>What it holds.</summary>
    public static int WeekHolds(SimulatedAccount account, int week) => week == 0 ? account.SevenDay - account.UsedBefore : account.SevenDay;

    private static MinCut Network(IReadOnlyList<SimulatedAccount> accounts, int[] demand)
    {
        var network = new MinCut(WeekNode(accounts.Count, 0));
        for (var hour = 0; hour < Fortnight.Hours; hour++)
        {
            network.Add(Source, hour, demand[hour]);
        }

        for (var index = 0; index < accounts.Count; index++)
        {
            var account = accounts[index];
            var start = (account.FirstReset / SimulatedAccount.Hour) - HoursOfWeek;
            for (var week = 0; week < Weeks; week++)
            {
                var node = WeekNode(index, week);
                network.Add(node, Sink, WeekHolds(account, week));
                for (var day = 0; day < 7; day++)
                {
                    network.Add(node + 1 + day, node, 6 * account.FiveHour);
                }

                for (var quarter = 0; quarter < 28; quarter++)
                {
                    network.Add(node + 8 + quarter, node + 1 + (quarter / 4), 2 * account.FiveHour);
                }

                for (var hour = 0; hour < HoursOfWeek; hour++)
                {
                    var at = start + (week * HoursOfWeek) + hour;
                    if (at is >= 0 and < Fortnight.Hours && demand[at] > 0)
                    {
                        network.Add(at, node + 8 + (hour / 6), account.FiveHour);
                    }
                }
            }
        }

        return network;
    }

    private static int WeekNode(int account, int week) => Fortnight.Hours + 2 + (((account * Weeks) + week) * NodesOfWeek);
}
