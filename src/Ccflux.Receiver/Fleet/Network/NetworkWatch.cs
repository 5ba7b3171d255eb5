using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>The last known state of the programs in front of the receiver.</summary>
/// <param name="At">Null before the first probe.</param>
internal sealed record NetworkEnvironment(DateTimeOffset? At, ProbeResult<TailscaleStatus> Tailscale, ProbeResult<CloudflaredStatus> Cloudflared)
{
    public static NetworkEnvironment Unknown { get; } = new(null, ProbeResult<TailscaleStatus>.None("not checked yet"), ProbeResult<CloudflaredStatus>.None("not checked yet"));
}

/// <summary>Probes every 30 s, so that no page waits for another program.</summary>
internal sealed partial class NetworkWatch(TailscaleProbe tailscale, CloudflaredProbe cloudflared, TimeProvider time, ILogger<NetworkWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private volatile NetworkEnvironment _seen = NetworkEnvironment.Unknown;

    public NetworkEnvironment Seen => _seen;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var network = tailscale.ReadAsync(cancellationToken);
        var tunnel = cloudflared.ReadAsync(cancellationToken);
        _seen = new NetworkEnvironment(time.GetUtcNow(), await network, await tunnel);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_period, LookAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Probing Tailscale and cloudflared failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
