using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

public sealed class RotationRuleTests
{
    private static readonly DateTimeOffset s_now = RandomFleet.Now;

    [Fact]
    public void Decide_SevenDayWindowEndsWithinTenMinutes_LeavesEarly()
    {
        var decision = Decide(Account(1, 10, 96, weekPerMinute: 0.35), Account(2, 10, 10, days: 5));

        Assert.Equal((Verdict.Switch, RotationReason.SevenDayVelocity, 2), (decision.Verdict, decision.Reason, decision.To?.Value));
        Assert.Equal(96, decision.From!.SevenDay);
        Assert.Equal(0.35, decision.From.SevenDayPerMinute);
    }

    [Fact]
    public void Decide_FiveHourCeilingWithinFiveMinutes_LeavesEarly()
    {
        var decision = Decide(Account(1, 70, 30, fivePerMinute: 2.1), Account(2, 10, 10, days: 5));

        Assert.Equal((Verdict.Switch, RotationReason.FiveHourVelocity), (decision.Verdict, decision.Reason));
        Assert.Equal(Verdict.Stay, Decide(Account(1, 70, 30, fivePerMinute: 1.9), Account(2, 10, 10, days: 5)).Verdict);
    }

    [Fact]
    public void Decide_BothAtTheirCeiling_StaysUntilOneIsFull()
    {
        Assert.Equal(Verdict.Stay, Decide(Account(1, 85, 30), Account(2, 82, 10, days: 5)).Verdict);
        var full = Decide(Account(1, 100, 30), Account(2, 82, 10, days: 5));
        Assert.Equal((Verdict.Switch, RotationReason.FiveHourExhausted, 2), (full.Verdict, full.Reason, full.To?.Value));
    }

    /// <summary>Two histories of one fleet: an account that resets in six days and has much left, and one that resets in three and has little.</summary>
    [Fact]
    public void Decide_WhoseWeekGoesFirst_FollowsTheSetting()
    {
        AccountState platform = Account(1, 83, 60, days: 1), research = Account(2, 5, 10, days: 6), data = Account(3, 5, 70, days: 3 + (20 / 24d));
        Assert.Equal((RotationReason.FiveHourCeiling, 3), Reached(RotationSettings.Default, Dir(1), platform, research, data));
        Assert.Equal((RotationReason.FiveHourCeiling, 2), Reached(RotationSettings.LeastWaste, Dir(1), platform, research, data));

        AccountState far = Account(1, 10, 10, days: 6), near = Account(2, 10, 60);
        Assert.Equal((RotationReason.Perishable, 2), Reached(RotationSettings.Default, Dir(1), far, near));
        Assert.Equal((RotationReason.InOrder, null), Reached(RotationSettings.LeastWaste, Dir(1), far, near));
    }

    /// <summary>Left at 83 %, the account that resets soonest is used again once it is at 60 %, and not at 61 %.</summary>
    [Fact]
    public void Decide_FirstAccountCooledToItsLevel_IsUsedAgain()
    {
        var other = Account(2, 20, 30, days: 5);

        Assert.Equal(Verdict.Stay, Decide(Dir(2), [], Account(1, 61, 50) with { Cooling = true }, other).Verdict);
        Assert.Equal((Verdict.Switch, 1), Decide(Dir(2), [], Account(1, 60, 50) with { Cooling = true }, other) is var back ? (back.Verdict, back.To?.Value) : default);
    }

    [Fact]
    public void Decide_BreachBeforeTheCooldownEnds_GoesAtOnceButNotWithinTheLeastRest()
    {
        AccountState soon = Account(1, 10, 95, weekPerMinute: 2), later = Account(1, 10, 95, weekPerMinute: 0.45), other = Account(2, 10, 10, days: 5);

        Assert.Equal((Verdict.Switch, RotationReason.SevenDayVelocity), After(2, soon));
        Assert.Equal((Verdict.Stay, RotationReason.Cooldown), After(0.9, soon));
        // Used up in 8.9 minutes, when the cooldown will long be over.
        Assert.Equal((Verdict.Stay, RotationReason.Cooldown), After(2, later));
        Assert.Equal((Verdict.Switch, RotationReason.SevenDayVelocity), After(5, later));

        (Verdict, RotationReason) After(double minutes, AccountState active) =>
            Decide(Dir(1) with { LastSwitch = s_now.AddMinutes(-minutes) }, [], active, other) is var one ? (one.Verdict, one.Reason) : default;
    }

    [Fact]
    public void Decide_RisingSoFastThatNoneLasts_TakesTheOneThatLastsLonger()
    {
        var full = Account(1, 82, 30, fivePerMinute: 17);

        Assert.Equal((Verdict.Switch, RotationReason.FiveHourCeiling, 2), Decide(full, Account(2, 10, 10, days: 5)) is var to ? (to.Verdict, to.Reason, to.To?.Value) : default);
        Assert.Equal(Verdict.Stay, Decide(full, Account(2, 79, 10, days: 5)).Verdict);
    }

    [Fact]
    public void Decide_NothingUsable_IsBlocked()
    {
        var decision = Decide(Account(1, 10, 100), Account(2, 100, 10));

        Assert.Equal((Verdict.Blocked, RotationReason.SevenDayExhausted, null), (decision.Verdict, decision.Reason, decision.To?.Value));
    }

    [Fact]
    public void Decide_ModelWindowFull_CountsOnlyForSessionsOfThatModel()
    {
        var account = Account(1, 10, 10) with { Scoped = [new ScopedWindow("seven_day_opus", "opus", new WindowState(100, s_now.AddDays(2), s_now))] };
        var other = Account(2, 10, 10, days: 5);

        Assert.Equal(Verdict.Stay, Decide(Dir(1) with { Models = ["claude-sonnet-5"] }, [], account, other).Verdict);
        Assert.Equal(RotationReason.ModelExhausted, Decide(Dir(1) with { Models = ["claude-opus-4-8"] }, [], account, other).Reason);
    }

    [Fact]
    public void Decide_PinsOfAllScopes_TheNarrowestHolds()
    {
        var accounts = new[] { Account(1, 10, 10), Account(2, 10, 10), Account(3, 10, 10) };
        Pin fleet = new(PinScope.Fleet, null, new FleetAccountId(1), PinMode.Strict), machine = new(PinScope.Machine, "machine", new FleetAccountId(2), PinMode.Strict), dir = new(PinScope.ConfigDir, "dir", new FleetAccountId(3), PinMode.Strict);

        Assert.Equal(1, Decide(Dir(null), [fleet], accounts).To?.Value);
        Assert.Equal(2, Decide(Dir(null), [fleet, machine], accounts).To?.Value);
        Assert.Equal(3, Decide(Dir(null), [fleet, machine, dir], accounts).To?.Value);
    }

    [Fact]
    public void Decide_StrictPinToADeadAccount_IsBlockedWhileASoftOneIsLeft()
    {
        var accounts = new[] { Account(1, 10, 10), Account(2, 10, 10) with { Login = LoginState.NeedsLogin } };

        Assert.Equal(Verdict.Blocked, Decide(Dir(1), [new Pin(PinScope.Fleet, null, new FleetAccountId(2), PinMode.Strict)], accounts).Verdict);
        Assert.Equal(Verdict.Stay, Decide(Dir(1), [new Pin(PinScope.Fleet, null, new FleetAccountId(2), PinMode.Soft)], accounts).Verdict);
    }

    [Fact]
    public void Decide_Requested_GoesBeforeOrderCooldownAndPauseButNotBeforeACall()
    {
        var accounts = new[] { Account(1, 10, 10), Account(2, 10, 10, days: 6) };
        var dir = Dir(1) with { Requested = new FleetAccountId(2), LastSwitch = s_now.AddSeconds(-10) };
        var paused = new FleetState(RotationSettings.Default, accounts, [dir], [], Paused: true);

        Assert.Equal((Verdict.Switch, RotationReason.Requested), RotationRule.Decide(paused, s_now).ConfigDirs[0] is var one ? (one.Verdict, one.Reason) : default);
        Assert.Equal(Verdict.Deferred, Decide(dir with { OpenCalls = 1 }, [], accounts).Verdict);
        Assert.Equal((Verdict.Stay, RotationReason.Requested), Decide(dir with { Active = new FleetAccountId(2) }, [], accounts) is var there ? (there.Verdict, there.Reason) : default);
    }

    [Fact]
    public void Decide_Paused_ChangesNothing()
    {
        var state = new FleetState(RotationSettings.Default, [Account(1, 100, 100), Account(2, 0, 0)], [Dir(1)], [], Paused: true);

        Assert.Equal((Verdict.Stay, RotationReason.Paused), RotationRule.Decide(state, s_now).ConfigDirs[0] is var one ? (one.Verdict, one.Reason) : default);
    }

    [Fact]
    public void Decide_OldReading_ComesAfterKnownOnes()
    {
        var old = Account(1, 10, 10);
        old = old with { SevenDay = old.SevenDay! with { ObservedAt = s_now.AddMinutes(-16) } };

        Assert.Equal(2, Decide(Dir(null), [], old, Account(2, 10, 10, days: 6)).To?.Value);
        Assert.True(Decide(Dir(1), [], old, Account(2, 10, 10, days: 6)).From!.Stale);
    }

    [Fact]
    public void Decide_CallStillOpen_KeepsSinceWhenItWaits()
    {
        var since = s_now.AddMinutes(-3);

        var decision = Decide(Dir(1) with { OpenCalls = 2, DeferredSince = since }, [], Account(1, 100, 10), Account(2, 10, 10));

        Assert.Equal((Verdict.Deferred, since), (decision.Verdict, decision.Since));
    }

    [Fact]
    public void Order_AllKinds_SpentOnesComeLast()
    {
        var unread = new AccountState(new FleetAccountId(3), null, null);
        var state = new FleetState(RotationSettings.Default, [Account(1, 10, 100), unread, Account(2, 100, 50, days: 6), Account(4, 0, 10)], [], []);

        Assert.Equal([4, 2, 3, 1], AccountOrder.Of(state, s_now).Select(id => id.Value));
    }

    [Fact]
    public void Velocity_WholePercents_IsTheMeanOfItsSpanOrASurelyFasterLastStep()
    {
        Assert.Equal(0, Velocity.PerMinute([At(0, 5)], Velocity.FiveHourSpan));
        Assert.Equal(1, Velocity.PerMinute([At(-9, 1), At(-6, 4), At(-3, 7), At(0, 10)], Velocity.FiveHourSpan), 6);
        Assert.Equal(3, Velocity.PerMinute([At(-9, 1), At(-6, 1), At(-3, 1), At(0, 11)], Velocity.FiveHourSpan), 6);
        Assert.Equal(0, Velocity.PerMinute([At(-3, 90), At(0, 2)], Velocity.FiveHourSpan));
        Assert.Equal(2d / 3, Velocity.PerMinute([At(-6, 90), At(-3, 2), At(0, 4)], Velocity.FiveHourSpan), 6);
    }

    private static Sample At(int minutes, double used) => new(s_now.AddMinutes(minutes), used);

    private static (RotationReason Reason, long? To) Reached(RotationSettings settings, ConfigDirState configDir, params AccountState[] accounts) =>
        RotationRule.Decide(new FleetState(settings, accounts, [configDir], []), s_now).ConfigDirs[0] is var one ? (one.Reason, one.To?.Value) : default;

    private static ConfigDirState Dir(long? active) => new("dir", "machine", FleetAccountId.Of(active));

    private static ConfigDirDecision Decide(params AccountState[] accounts) => Decide(Dir(1), [], accounts);

    private static ConfigDirDecision Decide(ConfigDirState configDir, Pin[] pins, params AccountState[] accounts) =>
        RotationRule.Decide(new FleetState(RotationSettings.Default, accounts, [configDir], pins), s_now).ConfigDirs[0];

    private static AccountState Account(long id, double five, double week, double days = 3, double fivePerMinute = 0, double weekPerMinute = 0) =>
        new(new FleetAccountId(id), new WindowState(five, s_now.AddHours(3), s_now, fivePerMinute), new WindowState(week, s_now.AddDays(days), s_now, weekPerMinute));
}
