using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Two accounts in the vault and one agent that may be given both. The clock stands still, so that only the test ticks.</summary>
internal sealed class RotationStage(FleetRig rig, SimulatedAgent agent, FleetAccountId first, FleetAccountId second) : IAsyncDisposable
{
    /// <summary>The agent's one session.</summary>
    public const string Session = "s1";

    public FleetRig Rig => rig;

    public SimulatedAgent Agent => agent;

    public FleetAccountId First => first;

    public FleetAccountId Second => second;

    public RotationEngine Engine => rig.Receiver.Service<RotationEngine>();

    public RotationControls Controls => rig.Receiver.Service<RotationControls>();

    /// <summary>Whether rotation would look at the fleet within a second, if the clock moved on.</summary>
    /// <returns>False if it would not, or if this was already called.</returns>
    public bool TakeWakeSignal()
    {
        var wake = rig.Receiver.Service<RotationWakeSignal>();
        var given = wake.WaitAsync(TestContext.Current.CancellationToken).IsCompleted;
        wake.Take();
        return given;
    }

    public static async Task<RotationStage> StartAsync()
    {
        var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        return new RotationStage(rig, await rig.EnrolAsync("build-1", first, second), first, second);
    }

    /// <summary>A heartbeat, a tick, and heartbeats until what was sealed is in place.</summary>
    public async Task TickAsync(string state = SessionState.Idle)
    {
        await BeatAsync(state);
        await Engine.TickAsync(TestContext.Current.CancellationToken);
        await BeatAsync(state);
        await BeatAsync(state);
    }

    /// <summary>Puts an account in place to start with.</summary>
    public async Task PutAsync(FleetAccountId account, bool isHeard = true)
    {
        await BeatAsync(SessionState.Idle, isHeard);
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        await BeatAsync(SessionState.Idle, isHeard);
        await BeatAsync(SessionState.Idle, isHeard);
        Assert.Equal(account, await ActiveAsync());
    }

    public async Task<FleetAccountId?> ActiveAsync() =>
        (await rig.Receiver.Service<AgentStore>().AllAsync(TestContext.Current.CancellationToken)).Single(one => one.AgentId == agent.Id).AccountId;

    public Task<FleetState> PictureAsync() =>
        rig.Receiver.Service<FleetStateReader>().ReadAsync(new HashSet<FleetAccountId>(), new Dictionary<string, DateTimeOffset>(), TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<RotationEvent>> EventsAsync() => [.. (await AllEventsAsync()).Where(happened => happened.AgentId == agent.Id)];

    /// <summary>Includes events of no config directory; oldest first.</summary>
    public async Task<IReadOnlyList<RotationEvent>> AllEventsAsync() =>
        [.. (await rig.Receiver.Service<RotationEvents>().ReadAsync(new EventFilter(), 100, TestContext.Current.CancellationToken)).Select(kept => kept.Event).Reverse()];

    /// <summary>Simulates a restart, which remembers what was last heard. The clock is not moved: that would also poll the accounts.</summary>
    public void LastHeard(TimeSpan ago) => rig.Receiver.Service<LiveSessions>().Restore(
        [new ObservedConfigDir(agent.Id, agent.Machine, rig.Time.GetUtcNow() - ago, Presence.Live, null, Sessions(SessionState.Idle))]);

    public void EndCooldown() => rig.Execute("UPDATE fleet_commands SET settled_at = settled_at - 300000");

    public void Seen(FleetAccountId account, double fiveHour, double sevenDay, double days, int minutesAgo = 0, double fiveHourResetsIn = 3)
    {
        var now = rig.Time.GetUtcNow();
        var at = now.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds();
        rig.Execute($"INSERT OR IGNORE INTO quota_accounts (account_key, owner, source, created_at) SELECT account_key, 0, 'oauth', 0 FROM fleet_accounts WHERE account_id = {account}");
        Window(account, "five_hour", fiveHour, now.AddHours(fiveHourResetsIn), at);
        Window(account, "seven_day", sevenDay, now.AddDays(days), at);
    }

    /// <summary>A heartbeat without HTTP, to this receiver or another one on the same database.</summary>
    public async Task BeatAsync(string state = SessionState.Idle, bool isHeard = true, RunningReceiver? receiver = null)
    {
        receiver ??= rig.Receiver;
        var heartbeat = agent.Heartbeat(0) with { Sessions = Sessions(state) };
        var enrolled = await receiver.Service<AgentDirectory>().FindAsync(agent.Id, TestContext.Current.CancellationToken);
        if (isHeard)
        {
            receiver.Service<LiveSessions>().Note(enrolled!, heartbeat);
        }

        agent.Take((await receiver.Service<AgentCommandQueue>().ExchangeAsync(enrolled!, heartbeat, TestContext.Current.CancellationToken))!);
    }

    public ValueTask DisposeAsync()
    {
        agent.Dispose();
        return rig.DisposeAsync();
    }

    private void Window(FleetAccountId account, string name, double used, DateTimeOffset reset, long at) => rig.Execute(FormattableString.Invariant($"""
        INSERT INTO quota_windows (account_id, name, used_milli, resets_at, observed_at, source)
        SELECT q.account_id, '{name}', {(long)(used * 1000)}, {reset.ToUnixTimeMilliseconds()}, {at}, 'oauth'
        FROM quota_accounts q JOIN fleet_accounts f ON f.account_key = q.account_key WHERE f.account_id = {account} AND q.owner = 0
        ON CONFLICT (account_id, name) DO UPDATE SET used_milli = excluded.used_milli, resets_at = excluded.resets_at, observed_at = excluded.observed_at;
        INSERT OR REPLACE INTO quota_readings (window_id, observed_at, used_milli, resets_at, source)
        SELECT w.window_id, w.observed_at, w.used_milli, w.resets_at, w.source FROM quota_windows w
        JOIN quota_accounts q ON q.account_id = w.account_id JOIN fleet_accounts f ON f.account_key = q.account_key
        WHERE f.account_id = {account} AND q.owner = 0 AND w.name = '{name}'
        """));

    private IReadOnlyList<LiveSession> Sessions(string state) => [new LiveSession { SessionId = Session, State = state, Since = rig.Time.GetUtcNow() }];
}
