using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Ticks over a real database, with agents that accept what is sealed to them.</summary>
public sealed class RotationEngineTests
{
    [Fact]
    public async Task Tick_AccountAtItsCeiling_SealsTheNextToTheAgentAndSaysWhy()
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, fiveHour: 10, sevenDay: 20, days: 0.3);
        stage.Seen(stage.Second, fiveHour: 10, sevenDay: 20, days: 5);
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        stage.Seen(stage.First, fiveHour: 82, sevenDay: 21, days: 0.3);
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        stage.EndCooldown();
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        stage.Seen(stage.First, fiveHour: 55, sevenDay: 21, days: 0.3);
        stage.EndCooldown();
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        var events = await stage.EventsAsync();
        Assert.Equal(["first_choice", "five_hour_ceiling", "perishable"], events.Select(one => one.Reason));
        Assert.Equal((stage.First, stage.Second), (events[1].FromAccount, events[1].ToAccount));
        Assert.Contains("\"five_hour\":82", events[1].Figures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tick_WhileACallRuns_WaitsAndTellsOnce()
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 100, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);
        Assert.True(stage.TakeWakeSignal(), "a session began without a login");
        stage.EndCooldown();

        await stage.TickAsync(SessionState.Tool);
        await stage.TickAsync(SessionState.Tool);
        Assert.Equal(stage.First, await stage.ActiveAsync());
        Assert.NotNull(stage.Engine.Last!.Decision.ConfigDirs.Single().Since);
        Assert.False(stage.TakeWakeSignal());
        await stage.TickAsync();

        Assert.True(stage.TakeWakeSignal(), "the call's end is news");

        Assert.Equal(stage.Second, await stage.ActiveAsync());
        Assert.Equal(["switcher_switch_deferred", "switched"], (await stage.EventsAsync()).Where(one => one.Reason == "five_hour_exhausted").Select(one => one.Kind));
    }

    [Fact]
    public async Task Heartbeat_OfACallThatEndedWithNoSwitchWaiting_WakesNobody()
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 10, 20, 0.3);
        await stage.PutAsync(stage.First);
        stage.TakeWakeSignal();

        await stage.TickAsync(SessionState.Tool);
        await stage.BeatAsync(SessionState.Turn);

        Assert.False(stage.TakeWakeSignal());
    }

    [Fact]
    public async Task Tick_WeekAboutToEnd_IsAVelocitySwitchByTheReadings()
    {
        await using var stage = await RotationStage.StartAsync();
        await stage.PutAsync(stage.First);
        stage.Seen(stage.First, 30, 88, 0.3, minutesAgo: 12);
        stage.Seen(stage.First, 35, 96, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        stage.EndCooldown();

        await stage.TickAsync();

        var happened = (await stage.EventsAsync())[^1];
        Assert.Equal(("velocity_preemptive_switch", "window=7d"), (happened.Kind, happened.Reason));
    }

    [Fact]
    public async Task Tick_AgentThatIsSilent_IsSentNothing()
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 100, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First, isHeard: false);
        stage.EndCooldown();

        stage.LastHeard(TimeSpan.FromSeconds(20));
        await stage.Engine.TickAsync(TestContext.Current.CancellationToken);

        Assert.Empty(await stage.EventsAsync());
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());
    }

    [Fact]
    public async Task Controls_PauseRequestAndPins_HoldFromTheNextTick()
    {
        await using var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 100, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);

        stage.TakeWakeSignal();
        Assert.Null(await stage.Controls.PauseAsync(paused: true, Actor.Cli));
        Assert.True(stage.TakeWakeSignal());
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.RequestAsync(stage.Agent.Id, stage.Second, Actor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.PauseAsync(paused: false, Actor.Cli));
        Assert.Null(await stage.Controls.ReleaseAsync(stage.Agent.Id, Actor.Cli));
        stage.Seen(stage.First, 5, 20, 0.3);
        stage.EndCooldown();
        Assert.Null(await stage.Controls.PinAsync(new Pin(PinScope.Machine, stage.Agent.Machine, stage.Second, PinMode.Strict), Actor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.UnpinAsync(PinScope.Machine, stage.Agent.Machine, Actor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());
    }

    [Fact]
    public async Task Controls_Wrong_AreRefusedInWords()
    {
        await using var stage = await RotationStage.StartAsync();

        Assert.Contains("No such config dir", await stage.Controls.RequestAsync("nobody", stage.First, Actor.Cli), StringComparison.Ordinal);
        Assert.Contains("not granted", await stage.Controls.RequestAsync(stage.Agent.Id, new FleetAccountId(4711), Actor.Cli), StringComparison.Ordinal);
        Assert.Contains("account", await stage.Controls.PinAsync(new Pin(PinScope.Fleet, null, new FleetAccountId(4711), PinMode.Soft), Actor.Cli), StringComparison.Ordinal);
        Assert.Contains("target", await stage.Controls.PinAsync(new Pin(PinScope.Machine, " ", stage.First, PinMode.Soft), Actor.Cli), StringComparison.Ordinal);
    }
}
