using System.Text.Json;
using Ccflux.Receiver.Fleet.Rotation;
using FsCheck;
using FsCheck.Fluent;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

/// <summary>Properties that hold for any fleet.</summary>
public sealed class RotationProperties
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(3000);
    private static readonly DateTimeOffset s_now = RandomFleet.Now;

    [Fact]
    public void Decide_AnyFleet_NeverSwitchesToAnAccountThatCannotBeUsedThere() => ForAnySeed(seed =>
    {
        var state = RandomFleet.Draw(seed);

        foreach (var (decision, configDir) in Switches(state))
        {
            var target = state.Accounts.Single(account => account.Id == decision.To);
            Assert.NotEqual(configDir.Active, target.Id);
            Assert.True(target.Login is LoginState.Usable or LoginState.Renewing, "its login is dead");
            Assert.False(IsFull(target.SevenDay, target.SevenDayCeiling ?? 100), "its week is used up");
            Assert.False(IsFull(target.FiveHour, 100), "its 5-hour window is full");
            Assert.False(configDir.Models.Count > 0 && target.Scoped.Any(scoped => IsFull(scoped.Window, 100)), "its window for the model is full");
            Assert.True(configDir.Granted is null || configDir.Granted.Contains(target.Id), "it is not granted");
            var pin = state.Pins.Where(pin => pin.HoldsFor(configDir)).OrderBy(pin => pin.Scope).FirstOrDefault();
            Assert.True(pin is not { Mode: PinMode.Strict } || pin.Account == target.Id, "a pin holds for another");
        }
    });

    [Fact]
    public void Decide_WhileACallIsOpen_NeverSwitches() => ForAnySeed(seed =>
    {
        var state = RandomFleet.Draw(seed);
        var open = state.ConfigDirs.Where(configDir => configDir.OpenCalls > 0).Select(configDir => configDir.Id).ToHashSet();

        var decision = RotationRule.Decide(state, s_now);

        Assert.DoesNotContain(decision.ConfigDirs, one => one.Verdict == Verdict.Switch && open.Contains(one.ConfigDir));
        Assert.All(decision.ConfigDirs.Where(one => one.Verdict == Verdict.Deferred), one => Assert.True(one.Since is not null && open.Contains(one.ConfigDir)));
    });

    [Fact]
    public void Decide_TheSameFleetAgain_DecidesTheSame() => ForAnySeed(seed =>
    {
        var first = JsonSerializer.Serialize(RotationRule.Decide(RandomFleet.Draw(seed), s_now));

        Assert.Equal(first, JsonSerializer.Serialize(RotationRule.Decide(RandomFleet.Draw(seed), s_now)));
    });

    [Fact]
    public void Fleet_OverHours_SwitchesAtMostOnceACooldownUnlessBlockedOrLeftTooLate() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        var state = RandomFleet.Draw(seed);
        state = state with { ConfigDirs = [.. state.ConfigDirs.Select(configDir => configDir with { Requested = null, LastSwitch = null })] };
        var last = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        for (var now = s_now; now < s_now.AddHours(2); now += state.Settings.Tick)
        {
            state = Drift(state, random, now);
            var decision = RotationRule.Decide(state, now);
            foreach (var one in decision.ConfigDirs.Where(one => one.Verdict == Verdict.Switch))
            {
                var configDir = state.ConfigDirs.Single(configDir => configDir.Id == one.ConfigDir);
                Assert.True(
                    !last.TryGetValue(configDir.Id, out var at) || now - at >= state.Settings.Cooldown || IsBlocked(state, configDir, now)
                    || (now - at >= state.Settings.LeastRest && BreachesBefore(at + state.Settings.Cooldown, state, configDir, now)),
                    $"{configDir.Id} switched {(now - last.GetValueOrDefault(configDir.Id)).TotalSeconds} s after it did before");
                last[configDir.Id] = now;
            }

            state = Apply(state, decision, now);
        }
    }, 60);

    [Fact]
    public void Fleet_WhoseFirstAccountCooled_ReturnsToIt() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        var reset = s_now.AddHours(random.Next(2, 5));
        var hot = new WindowState(random.Next(80, 100), reset, s_now);
        AccountState first = new(new FleetAccountId(1), hot, new WindowState(random.Next(0, 90), s_now.AddHours(random.Next(6, 12)), s_now));
        AccountState second = new(new FleetAccountId(2), new WindowState(random.Next(0, 70), s_now.AddHours(6), s_now), new WindowState(random.Next(0, 50), s_now.AddDays(5), s_now));
        var state = new FleetState(RotationSettings.Default, [first, second], [new ConfigDirState("dir", "machine", new FleetAccountId(1))], []);

        var away = RotationRule.Decide(state, s_now);
        Assert.Equal((Verdict.Switch, 2), (away.ConfigDirs[0].Verdict, away.ConfigDirs[0].To?.Value));
        state = Apply(state, away, s_now);

        var cooled = random.Next(2) == 0;
        var later = cooled ? s_now.AddHours(1) : reset;
        state = Seen(state, new FleetAccountId(1), cooled ? random.Next(0, 61) : hot.UsedPercent, later);
        Assert.Equal((Verdict.Switch, 1), RotationRule.Decide(state, later).ConfigDirs[0] is var back ? (back.Verdict, back.To?.Value) : default);
    }, 500);

    [Fact]
    public void Fleet_WhoseFirstAccountHasNotCooled_DoesNotReturnToIt() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        AccountState first = new(new FleetAccountId(1), new WindowState(random.Next(61, 80), s_now.AddHours(3), s_now), new WindowState(10, s_now.AddHours(8), s_now)) { Cooling = true };
        AccountState second = new(new FleetAccountId(2), new WindowState(random.Next(0, 70), s_now.AddHours(6), s_now), new WindowState(10, s_now.AddDays(5), s_now));

        var decision = RotationRule.Decide(new FleetState(RotationSettings.Default, [first, second], [new ConfigDirState("dir", "machine", new FleetAccountId(2))], []), s_now);

        Assert.Equal(Verdict.Stay, decision.ConfigDirs[0].Verdict);
        Assert.Contains(new FleetAccountId(1), decision.Cooling);
    }, 200);

    /// <summary>Work of any speed that moves with the config directory: windows are polled every three minutes and only the work fills them.</summary>
    [Fact]
    public void Fleet_UnderWorkOfAnySpeed_LeavesAnAccountForGoodUntilItCooled() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        var speed = random.NextDouble() * 25;
        var accounts = Enumerable.Range(1, random.Next(2, 7)).Select(id => new AccountState(
            new FleetAccountId(id), new WindowState(random.Next(0, 90), s_now.AddHours(5), s_now), new WindowState(20, s_now.AddDays(id), s_now))).ToArray();
        var settings = random.Next(2) == 0 ? RotationSettings.Default : RotationSettings.LeastWaste;
        var state = new FleetState(settings, accounts, [new ConfigDirState("dir", "machine", new FleetAccountId(random.Next(1, accounts.Length + 1)))], []);
        var used = accounts.ToDictionary(account => account.Id, account => account.FiveHour!.UsedPercent);
        var left = new List<(FleetAccountId Account, double Used)>();
        for (var now = s_now; now < s_now.AddHours(2); now += settings.Tick)
        {
            var active = state.ConfigDirs[0].Active!.Value;
            used[active] = Math.Min(100, used[active] + (speed * settings.Tick.TotalMinutes));
            if ((now - s_now).TotalMinutes % 3 == 0)
            {
                state = Polled(state, used, now);
            }

            var decision = RotationRule.Decide(state, now);
            if (decision.ConfigDirs[0] is { Verdict: Verdict.Switch, To: { } to } one && one.Reason != RotationReason.Perishable)
            {
                left.Add((active, state.Accounts.Single(account => account.Id == active).FiveHour!.UsedPercent));
                var wasFull = left.Exists(before => before.Account == to && before.Used >= settings.FiveHourCeiling);
                Assert.False(wasFull && state.Accounts.Any(account => account.Id != active && Lasts(account, state, active, now)), $"went back to {to}, which has not cooled");
            }

            state = Apply(state, decision, now);
        }

        // An account that is entered lasts twice as long as what is left: with whole percents that halves seven times.
        Assert.InRange(left.Count, 0, accounts.Length * 7);
    }, 300);

    [Fact]
    public void Decide_AccountAtItsCeilingWhileAnotherIsNearlyEmpty_LeavesWhateverTheSpeed() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        var speed = random.NextDouble() * 30;
        AccountState full = new(new FleetAccountId(1), new WindowState(random.Next(80, 100), s_now.AddHours(4), s_now, speed), new WindowState(30, s_now.AddDays(1), s_now));
        AccountState empty = new(new FleetAccountId(2), new WindowState(random.Next(0, 11), s_now.AddHours(4), s_now), new WindowState(30, s_now.AddDays(5), s_now));
        var settings = random.Next(2) == 0 ? RotationSettings.Default : RotationSettings.LeastWaste;

        var decision = RotationRule.Decide(new FleetState(settings, [full, empty], [new ConfigDirState("dir", "machine", new FleetAccountId(1)) { LastSwitch = s_now.AddMinutes(-1) }], []), s_now).ConfigDirs[0];

        Assert.Equal((Verdict.Switch, 2), (decision.Verdict, decision.To?.Value));
    });

    [Fact]
    public void Decide_AccountsThatLast_TakesTheOneWhoseWeekEndsSoonest() => ForAnySeed(seed =>
    {
        var random = new System.Random(seed);
        var alike = random.Next(2) == 0;
        var used = random.Next(0, 80);
        var accounts = Enumerable.Range(1, random.Next(2, 10)).Select(id => new AccountState(
            new FleetAccountId(id),
            new WindowState(alike ? 10 : random.Next(0, 70), s_now.AddHours(3), s_now),
            new WindowState(alike ? used : random.Next(0, 80), s_now.AddMinutes(random.Next(30, 10_080)), s_now))).ToArray();
        var settings = alike ? RotationSettings.LeastWaste : RotationSettings.Default;

        var decision = RotationRule.Decide(new FleetState(settings, accounts, [new ConfigDirState("dir", "machine", null)], []), s_now);

        Assert.Equal(accounts.MinBy(account => account.SevenDay!.ResetsAt)!.SevenDay!.ResetsAt, accounts.Single(account => account.Id == decision.ConfigDirs[0].To).SevenDay!.ResetsAt);
    });

    private static void ForAnySeed(Action<int> holds, int tests = 0) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), holds).Check(tests == 0 ? s_many : Config.QuickThrowOnFailure.WithMaxTest(tests));

    private static IEnumerable<(ConfigDirDecision Decision, ConfigDirState ConfigDir)> Switches(FleetState state) =>
        RotationRule.Decide(state, s_now).ConfigDirs.Zip(state.ConfigDirs).Where(pair => pair.First.Verdict is Verdict.Switch or Verdict.Deferred);

    private static bool IsFull(WindowState? window, double ceiling) => window is not null && !(window.ResetsAt <= s_now) && window.UsedPercent >= ceiling;

    private static bool IsBlocked(FleetState state, ConfigDirState configDir, DateTimeOffset now) =>
        state.Accounts.SingleOrDefault(account => account.Id == configDir.Active) is not { } active
        || configDir.Granted?.Contains(active.Id) == false
        || state.Pins.Where(pin => pin.HoldsFor(configDir)).OrderBy(pin => pin.Scope).FirstOrDefault() is { Mode: PinMode.Strict } pin && pin.Account != active.Id
        || AccountFitness.Of(active, configDir.Models, state.Settings, 1, null, now).Fitness == Fitness.Blocked;

    private static bool Lasts(AccountState account, FleetState state, FleetAccountId active, DateTimeOffset now) =>
        AccountFitness.Of(account, [], state.Settings, state.Settings.EntryHorizons, state.Accounts.Single(one => one.Id == active), now).Fitness == Fitness.Lasting;

    private static bool BreachesBefore(DateTimeOffset end, FleetState state, ConfigDirState configDir, DateTimeOffset now) =>
        AccountFitness.Of(state.Accounts.Single(account => account.Id == configDir.Active), configDir.Models, state.Settings, 1, null, now) is { Fitness: not Fitness.Lasting } fitness
        && now.AddMinutes(fitness.Breach) < end;

    /// <summary>Lets usage, resets, logins and calls change at random.</summary>
    private static FleetState Drift(FleetState state, System.Random random, DateTimeOffset now) => state with
    {
        Accounts = [.. state.Accounts.Select(account => random.Next(6) != 0 ? account : account with
        {
            FiveHour = account.FiveHour is { } five ? five with { UsedPercent = random.Next(101), ObservedAt = now, PerMinute = random.NextDouble() * 5, ResetsAt = now.AddMinutes(random.Next(1, 300)) } : null,
            SevenDay = account.SevenDay is { } week ? week with { UsedPercent = random.Next(101), ObservedAt = now, ResetsAt = now.AddMinutes(random.Next(1, 10_000)) } : null,
            Login = random.Next(30) == 0 ? LoginState.NeedsLogin : LoginState.Usable,
        })],
        ConfigDirs = [.. state.ConfigDirs.Select(configDir => configDir with { OpenCalls = random.Next(3) == 0 ? 1 : 0 })],
    };

    /// <summary>Each window's current state, and how fast it moved since the previous poll.</summary>
    private static FleetState Polled(FleetState state, Dictionary<FleetAccountId, double> used, DateTimeOffset now) => state with
    {
        Accounts = [.. state.Accounts.Select(account => account with
        {
            FiveHour = account.FiveHour! with { UsedPercent = used[account.Id], ObservedAt = now, PerMinute = (used[account.Id] - account.FiveHour.UsedPercent) / 3 },
            SevenDay = account.SevenDay! with { ObservedAt = now },
        })],
    };

    private static FleetState Seen(FleetState state, FleetAccountId id, double used, DateTimeOffset now) => state with
    {
        Accounts = [.. state.Accounts.Select(account => account with
        {
            FiveHour = account.FiveHour! with { UsedPercent = account.Id == id ? used : account.FiveHour.UsedPercent, ObservedAt = now },
            SevenDay = account.SevenDay! with { ObservedAt = now },
        })],
    };

    private static FleetState Apply(FleetState state, Decision decision, DateTimeOffset now) => state with
    {
        Accounts = [.. state.Accounts.Select(account => account with { Cooling = decision.Cooling.Contains(account.Id) })],
        ConfigDirs = [.. state.ConfigDirs.Zip(decision.ConfigDirs, (configDir, one) => one.Verdict == Verdict.Switch
            ? configDir with { Active = one.To, LastSwitch = now, DeferredSince = null }
            : configDir with { DeferredSince = one.Since })],
    };
}
