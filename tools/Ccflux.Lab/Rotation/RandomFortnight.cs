namespace Ccflux.Lab.Rotation;

/// <summary>Draws a fortnight by the demand model of docs/development/fleet-simulation.md.</summary>
internal static class RandomFortnight
{
    private const double RequestsPerFiveHours = 300;
    private const double RequestsPerTurn = 8;

    public static Fortnight Draw(int seed)
    {
        var random = new Random(seed);
        var accounts = Accounts(random);
        var demand = 0.7 + (0.6 * random.NextDouble());
        var configDirs = random.Next((accounts.Count + 1) / 2, accounts.Count + 1);
        var requests = Requests(random, configDirs, demand * accounts.Sum(account => account.Capacity));
        return new Fortnight(accounts, configDirs, requests, random.Next());
    }

    private static List<SimulatedAccount> Accounts(Random random)
    {
        var accounts = new List<SimulatedAccount>();
        var count = random.Next(4, 13);
        for (var index = 0; index < count; index++)
        {
            var fiveHours = (int)(RequestsPerFiveHours * (0.75 + (0.5 * random.NextDouble())));
            var week = (int)(RequestsPerFiveHours * 8);
            var reset = random.Next(1, (7 * 24) + 1) * SimulatedAccount.Hour;
            var elapsed = 1 - ((double)reset / SimulatedAccount.Week);
            accounts.Add(new SimulatedAccount(fiveHours, week, reset, (int)(week * elapsed * random.NextDouble())));
        }

        return accounts;
    }

    private static SimulatedRequest[] Requests(Random random, int configDirs, double expected)
    {
        var intensity = new double[configDirs][];
        for (var configDir = 0; configDir < configDirs; configDir++)
        {
            intensity[configDir] = Intensity(random);
        }

        var turns = expected / RequestsPerTurn / intensity.Sum(hours => hours.Sum());
        var requests = new List<SimulatedRequest>((int)(expected * 1.1));
        for (var configDir = 0; configDir < configDirs; configDir++)
        {
            for (var hour = 0; hour < Fortnight.Hours; hour++)
            {
                for (var turn = Poisson(random, intensity[configDir][hour] * turns); turn > 0; turn--)
                {
                    Turn(random, requests, configDir, (hour * SimulatedAccount.Hour) + random.Next(SimulatedAccount.Hour));
                }
            }
        }

        var drawn = requests.ToArray();
        Array.Sort(drawn, (one, other) => one.At.CompareTo(other.At));
        return drawn;
    }

    /// <summary>How much a person asks for in each hour: working days, evenings and weekends, bursts, and nights that run unattended.</summary>
    private static double[] Intensity(Random random)
    {
        var hours = new double[Fortnight.Hours];
        var weight = Math.Exp(0.5 * Normal(random));
        var (from, to) = (random.Next(7, 11), random.Next(16, 21));
        var weekend = random.NextDouble() < 0.3 ? 0.5 : 0.05;
        var nights = random.NextDouble() < 0.25 ? 0.5 : 0.05;
        for (var day = 0; day < 14; day++)
        {
            var mood = weight * Math.Exp(0.4 * Normal(random)) * (day % 7 < 5 ? 1 : weekend);
            var unattended = random.NextDouble() < nights;
            for (var hour = 0; hour < 24; hour++)
            {
                var share = hour >= from && hour < to ? (hour == 12 ? 0.5 : 1) : hour >= to && hour < 23 ? 0.2 : unattended ? 0.6 : 0.02;
                hours[(day * 24) + hour] = mood * share * (random.NextDouble() < 0.08 ? 3 : 1);
            }
        }

        return hours;
    }

    private static void Turn(Random random, List<SimulatedRequest> requests, int configDir, int at)
    {
        do
        {
            var answered = at + 3 + random.Next(20);
            var tool = random.NextDouble() < 0.8 ? (int)Math.Min(1_200, Math.Exp(1 + (1.5 * Normal(random)))) : 0;
            if (answered + tool >= Fortnight.Seconds)
            {
                return;
            }

            requests.Add(new SimulatedRequest(at, configDir, tool == 0 ? at : answered + tool));
            at = answered + tool + 1;
        }
        while (random.NextDouble() > 1 / RequestsPerTurn);
    }

    private static int Poisson(Random random, double mean)
    {
        var (limit, product, count) = (Math.Exp(-Math.Min(mean, 500)), random.NextDouble(), 0);
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
