using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Checks what the receiver knows without requesting a URL: whether polls succeed, whether config dirs with sessions send heartbeats, and the
/// programs that forward requests to it. Those are monitored once they have been seen.</summary>
internal sealed class InternalChecks(LiveSessions sessions, NetworkWatch network, ReadSessions readers, TimeProvider time)
{
    /// <summary>Until then, sessions are known only from before the start: no agent has had time for a heartbeat.</summary>
    private readonly DateTimeOffset _settled = time.GetUtcNow() + SessionRule.GoneAfter;

    private static readonly Watched s_polling = new("Polling", "quota of every account");
    private static readonly Watched s_agents = new("Agents", "heartbeats during sessions");
    private static readonly Watched s_tailscale = new("Tailscale", "tailscaled of this machine");
    private static readonly Watched s_tunnel = new("Tunnel", "cloudflared of this machine");

    private volatile bool _sawTailscale;
    private volatile bool _sawTunnel;

    /// <summary>The internal monitors, except those whose name the settings give to another target.</summary>
    public IEnumerable<Watched> Watched(IReadOnlyList<MonitorTarget> targets) => All().Where(one => !IsTaken(one, targets));

    public async Task<IReadOnlyList<(string Name, CheckResult Result)>> RunAsync(IReadOnlyList<MonitorTarget> targets, CancellationToken cancellationToken)
    {
        var seen = network.Seen;
        _sawTailscale |= seen.Tailscale.Value is not null;
        _sawTunnel |= seen.Cloudflared.Value is not null;
        var polling = await PollingAsync(cancellationToken);
        return [.. Watched(targets).Select(one => (one.Name, one == s_polling ? polling : one == s_agents ? Agents(time.GetUtcNow() < _settled ? [] : sessions.Read()) : one == s_tailscale ? Tailscale(seen.Tailscale) : Tunnel(seen.Cloudflared)))];
    }

    /// <summary>A config dir without a session may be offline: only one that had a session a moment ago counts as missing.</summary>
    internal static CheckResult Agents(IReadOnlyList<ObservedConfigDir> seen)
    {
        var live = seen.Count(one => one.Presence is Presence.Live);
        return seen.Count == 0 ? new CheckResult(MonitorState.Unknown, "no live session is known")
            : new CheckResult(State(live, seen.Count), string.Create(CultureInfo.InvariantCulture, $"{live} of {seen.Count} online"));
    }

    internal static CheckResult Tailscale(ProbeResult<TailscaleStatus> result) => result.Value switch
    {
        null => new CheckResult(MonitorState.Down, $"can no longer be seen: {result.Unseen}"),
        { State: "Running", IsOnline: true } => new CheckResult(MonitorState.Up, "running, online"),
        { State: "Running" } => new CheckResult(MonitorState.Partly, "running, offline"),
        var status => new CheckResult(MonitorState.Down, $"not running ({status.State})"),
    };

    internal static CheckResult Tunnel(ProbeResult<CloudflaredStatus> result) => result.Value switch
    {
        null => new CheckResult(MonitorState.Down, $"can no longer be seen: {result.Unseen}"),
        { Connections: 0 } => new CheckResult(MonitorState.Down, "no connection to Cloudflare"),
        var status => new CheckResult(MonitorState.Up, string.Create(CultureInfo.InvariantCulture, $"{status.Connections} connection{(status.Connections == 1 ? "" : "s")}")),
    };

    private async Task<CheckResult> PollingAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var (polled, failing, waiting) = session.First(MonitorSql.Polls, static rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2)));
        var asked = polled - waiting;
        return asked == 0 ? new CheckResult(MonitorState.Unknown, "no account has been polled yet")
            : new CheckResult(State(asked - failing, asked), string.Create(CultureInfo.InvariantCulture, $"{asked - failing} of {asked} accounts answered"));
    }

    private IEnumerable<Watched> All()
    {
        yield return s_polling;
        yield return s_agents;
        if (_sawTailscale)
        {
            yield return s_tailscale;
        }

        if (_sawTunnel)
        {
            yield return s_tunnel;
        }
    }

    private static MonitorState State(long up, long all) => up == all ? MonitorState.Up : up == 0 ? MonitorState.Down : MonitorState.Partly;

    private static bool IsTaken(Watched one, IReadOnlyList<MonitorTarget> targets) => targets.Any(target => string.Equals(target.Name, one.Name, StringComparison.OrdinalIgnoreCase));
}
