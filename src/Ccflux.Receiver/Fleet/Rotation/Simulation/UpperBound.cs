namespace Ccflux.Receiver.Fleet.Rotation.Simulation;

/// <summary>
/// More than this no policy can serve, even one that knows the whole fortnight beforehand: a maximum flow from the hours' demand through the accounts'
/// windows. docs/fleet-simulation.md has the proof that it is a bound.
/// </summary>
internal static class UpperBound
{
    private const int Hours = Fortnight.Seconds / SimulatedAccount.Hour;

    public static int Of(Fortnight fortnight)
    {
        var demand = new int[Hours];
        foreach (var request in fortnight.Requests)
        {
            demand[request.At / SimulatedAccount.Hour]++;
        }

        var weeks = Hours / 168 + 1;
        var perAccount = weeks * (1 + 7 + 28);
        var (source, sink) = (Hours, Hours + 1);
        var flow = new MaxFlow(Hours + 2 + (fortnight.Accounts.Count * perAccount));
        for (var hour = 0; hour < Hours; hour++)
        {
            flow.Add(source, hour, demand[hour]);
        }

        for (var index = 0; index < fortnight.Accounts.Count; index++)
        {
            var account = fortnight.Accounts[index];
            var first = Hours + 2 + (index * perAccount);
            var start = (account.FirstReset / SimulatedAccount.Hour) - 168;
            for (var week = 0; week < weeks; week++)
            {
                var node = first + (week * 36);
                flow.Add(node, sink, week == 0 ? account.SevenDay - account.UsedBefore : account.SevenDay);
                for (var day = 0; day < 7; day++)
                {
                    flow.Add(node + 1 + day, node, 6 * account.FiveHour);
                }

                for (var quarter = 0; quarter < 28; quarter++)
                {
                    flow.Add(node + 8 + quarter, node + 1 + (quarter / 4), 2 * account.FiveHour);
                }

                for (var hour = 0; hour < 168; hour++)
                {
                    var at = start + (week * 168) + hour;
                    if (at is >= 0 and < Hours && demand[at] > 0)
                    {
                        flow.Add(at, node + 8 + (hour / 6), account.FiveHour);
                    }
                }
            }
        }

        return flow.Between(source, sink);
    }
}
