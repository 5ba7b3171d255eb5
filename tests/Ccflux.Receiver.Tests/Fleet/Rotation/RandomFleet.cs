using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

/// <summary>Fleets of any kind: full and empty windows, old readings, dead logins, pins of every scope and mode, running calls.</summary>
internal static class RandomFleet
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    public static FleetState Draw(int seed)
    {
        var random = new Random(seed);
        var accounts = Enumerable.Range(1, random.Next(1, 9)).Select(id => Account(random, id)).ToArray();
        var configDirs = Enumerable.Range(0, random.Next(1, 6)).Select(index => ConfigDir(random, index, accounts)).ToArray();
        var pins = Enumerable.Range(0, random.Next(0, 4)).Select(_ => Pin(random, accounts.Length)).ToArray();
        return new FleetState(random.Next(2) == 0 ? RotationSettings.Default : RotationSettings.LeastWaste, accounts, configDirs, pins, random.Next(20) == 0);
    }

    public static AccountState Account(Random random, long id) =>
        new(new FleetAccountId(id), random.Next(10) == 0 ? null : Window(random, TimeSpan.FromHours(5)), random.Next(10) == 0 ? null : Window(random, TimeSpan.FromDays(7)))
        {
            Login = random.Next(8) == 0 ? (LoginState)random.Next(1, 5) : LoginState.Usable,
            Cooling = random.Next(5) == 0,
            FiveHourCeiling = random.Next(6) == 0 ? random.Next(30, 101) : null,
            SevenDayCeiling = random.Next(6) == 0 ? random.Next(50, 101) : null,
            Scoped = random.Next(3) == 0 ? [new ScopedWindow("seven_day_opus", "opus", Window(random, TimeSpan.FromDays(7)))] : [],
        };

    private static WindowState Window(Random random, TimeSpan length) => new(
        random.Next(4) == 0 ? 100 : random.Next(0, 100),
        random.Next(8) == 0 ? null : Now + (length * ((random.NextDouble() * 1.1) - 0.1)),
        Now - TimeSpan.FromMinutes(random.Next(8) == 0 ? random.Next(15, 600) : random.Next(0, 4)),
        random.Next(2) == 0 ? 0 : random.NextDouble() * 5);

    private static ConfigDirState ConfigDir(Random random, int index, AccountState[] accounts) =>
        new("dir" + index, "machine" + random.Next(3), random.Next(6) == 0 ? null : new FleetAccountId(random.Next(1, accounts.Length + 2)))
        {
            OpenCalls = random.Next(3) == 0 ? random.Next(1, 4) : 0,
            Models = random.Next(2) == 0 ? ["claude-opus-4-8"] : [],
            LastSwitch = random.Next(2) == 0 ? null : Now - TimeSpan.FromSeconds(random.Next(0, 1200)),
            Requested = random.Next(8) == 0 ? new FleetAccountId(random.Next(1, accounts.Length + 1)) : null,
            Granted = random.Next(3) == 0 ? accounts.Where(_ => random.Next(2) == 0).Select(account => account.Id).ToHashSet() : null,
        };

    private static Pin Pin(Random random, int accounts)
    {
        var scope = (PinScope)random.Next(1, 4);
        var target = scope switch { PinScope.ConfigDir => "dir" + random.Next(5), PinScope.Machine => "machine" + random.Next(3), PinScope.Fleet => null };
        return new Pin(scope, target, new FleetAccountId(random.Next(1, accounts + 1)), (PinMode)random.Next(1, 3));
    }
}
