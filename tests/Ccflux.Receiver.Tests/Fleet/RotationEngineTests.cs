using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Ticks over a real database, with agents that take what is sealed to them.</summary>
public sealed class RotationEngineTests
{
    [Fact]
    public async Task Tick_AccountAtItsCeiling_SealsTheNextToTheAgentAndSaysWhy()
    {
        await using var stage = await Stage.StartAsync();
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
        await using var stage = await Stage.StartAsync();
        stage.Seen(stage.First, 100, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);
        stage.EndCooldown();

        await stage.TickAsync(SessionState.Tool);
        await stage.TickAsync(SessionState.Tool);
        Assert.Equal(stage.First, await stage.ActiveAsync());
        Assert.NotNull(stage.Engine.Last!.Decision.ConfigDirs.Single().Since);
        await stage.TickAsync();

        Assert.Equal(stage.Second, await stage.ActiveAsync());
        Assert.Equal(["switcher_switch_deferred", "switched"], (await stage.EventsAsync()).Where(one => one.Reason == "five_hour_exhausted").Select(one => one.Kind));
    }

    [Fact]
    public async Task Tick_WeekAboutToEnd_IsAVelocitySwitchByTheReadings()
    {
        await using var stage = await Stage.StartAsync();
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
        await using var stage = await Stage.StartAsync();
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
        await using var stage = await Stage.StartAsync();
        stage.Seen(stage.First, 100, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);

        Assert.Null(await stage.Controls.PauseAsync(paused: true, AuditActor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.RequestAsync(stage.Agent.Id, stage.Second, AuditActor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.PauseAsync(paused: false, AuditActor.Cli));
        Assert.Null(await stage.Controls.ReleaseAsync(stage.Agent.Id));
        stage.Seen(stage.First, 5, 20, 0.3);
        stage.EndCooldown();
        Assert.Null(await stage.Controls.PinAsync(new Pin(PinScope.Machine, stage.Agent.Machine, stage.Second, PinMode.Strict), AuditActor.Cli));
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        Assert.Null(await stage.Controls.UnpinAsync(PinScope.Machine, stage.Agent.Machine));
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());
    }

    [Fact]
    public async Task Controls_Wrong_AreRefusedInWords()
    {
        await using var stage = await Stage.StartAsync();

        Assert.Contains("no such config dir", await stage.Controls.RequestAsync("nobody", stage.First, AuditActor.Cli), StringComparison.Ordinal);
        Assert.Contains("not granted", await stage.Controls.RequestAsync(stage.Agent.Id, 4711, AuditActor.Cli), StringComparison.Ordinal);
        Assert.Contains("account", await stage.Controls.PinAsync(new Pin(PinScope.Fleet, null, 4711, PinMode.Soft), AuditActor.Cli), StringComparison.Ordinal);
        Assert.Contains("target", await stage.Controls.PinAsync(new Pin(PinScope.Machine, " ", stage.First, PinMode.Soft), AuditActor.Cli), StringComparison.Ordinal);
    }

    /// <summary>Two accounts in the vault and one agent that may be given both. The clock stands still, so that nothing but the test ticks.</summary>
    private sealed class Stage(FleetRig rig, SimulatedAgent agent, long first, long second) : IAsyncDisposable
    {
        public SimulatedAgent Agent => agent;

        public long First => first;

        public long Second => second;

        public RotationEngine Engine => rig.Receiver.Service<RotationEngine>();

        public RotationControls Controls => rig.Receiver.Service<RotationControls>();

        public static async Task<Stage> StartAsync()
        {
            var rig = await FleetRig.StartAsync();
            var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
            return new Stage(rig, await rig.EnrolAsync("build-1", first, second), first, second);
        }

        /// <summary>A heartbeat, a tick, and heartbeats until what was sealed is in its place.</summary>
        public async Task TickAsync(string state = SessionState.Idle)
        {
            await BeatAsync(state);
            await Engine.TickAsync(TestContext.Current.CancellationToken);
            await BeatAsync(state);
            await BeatAsync(state);
        }

        /// <summary>Has an account in place to begin with.</summary>
        public async Task PutAsync(long account, bool isHeard = true)
        {
            await BeatAsync(SessionState.Idle, isHeard);
            await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, AuditActor.Cli);
            await BeatAsync(SessionState.Idle, isHeard);
            await BeatAsync(SessionState.Idle, isHeard);
            Assert.Equal(account, await ActiveAsync());
        }

        public async Task<long?> ActiveAsync() =>
            (await rig.Receiver.Service<AgentBook>().AllAsync(TestContext.Current.CancellationToken)).Single().AccountId;

        public async Task<IReadOnlyList<RotationEvent>> EventsAsync() =>
            [.. (await rig.Receiver.Service<RotationEvents>().ReadAsync(new EventFilter(AgentId: agent.Id), 100, TestContext.Current.CancellationToken)).Select(kept => kept.Event).Reverse()];

        /// <summary>As after a restart, which remembers what it last heard. The clock is left alone: moved, it would poll the accounts, too.</summary>
        public void LastHeard(TimeSpan ago) => rig.Receiver.Service<LiveSessions>().Restore(
            [new ConfigDirSeen(agent.Id, agent.Machine, rig.Time.GetUtcNow() - ago, Presence.Live, null, Sessions(SessionState.Idle))]);

        public void EndCooldown() => rig.Execute("UPDATE fleet_commands SET settled_at = settled_at - 300000");

        public void Seen(long account, double fiveHour, double sevenDay, double days, int minutesAgo = 0)
        {
            var now = rig.Time.GetUtcNow();
            var at = now.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds();
            rig.Execute($"INSERT OR IGNORE INTO quota_accounts (account_key, owner, source, created_at) SELECT account_uuid, 0, 'oauth', 0 FROM fleet_accounts WHERE account_id = {account}");
            Window(account, "five_hour", fiveHour, now.AddHours(3), at);
            Window(account, "seven_day", sevenDay, now.AddDays(days), at);
        }

        public ValueTask DisposeAsync()
        {
            agent.Dispose();
            return rig.DisposeAsync();
        }

        private void Window(long account, string name, double used, DateTimeOffset reset, long at) => rig.Execute(FormattableString.Invariant($"""
            INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source)
            SELECT q.account_id, '{name}', {(long)(used * 1000)}, {reset.ToUnixTimeMilliseconds()}, {at}, 'oauth'
            FROM quota_accounts q JOIN fleet_accounts f ON f.account_uuid = q.account_key WHERE f.account_id = {account} AND q.owner = 0
            ON CONFLICT (account_id, name) DO UPDATE SET used_milli = excluded.used_milli, resets_at = excluded.resets_at, observed_at = excluded.observed_at;
            INSERT OR REPLACE INTO quota_readings (window_id, observed_at, used_milli, resets_at, source)
            SELECT w.window_id, w.observed_at, w.used_milli, w.resets_at, w.source FROM quota_windows w
            JOIN quota_accounts q ON q.account_id = w.account_id JOIN fleet_accounts f ON f.account_uuid = q.account_key
            WHERE f.account_id = {account} AND q.owner = 0 AND w.name = '{name}'
            """));

        private IReadOnlyList<LiveSession> Sessions(string state) => [new LiveSession { SessionId = "s1", State = state, Since = rig.Time.GetUtcNow() }];

        private async Task BeatAsync(string state, bool isHeard = true)
        {
            var heartbeat = agent.Heartbeat(0) with { Sessions = Sessions(state) };
            var enrolled = await rig.Receiver.Service<AgentDirectory>().FindAsync(agent.Id, TestContext.Current.CancellationToken);
            if (isHeard)
            {
                rig.Receiver.Service<LiveSessions>().Note(enrolled!, heartbeat);
            }

            agent.Take((await rig.Commands.ExchangeAsync(enrolled!, heartbeat, TestContext.Current.CancellationToken))!);
        }
    }
}
