using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>What stands before the receiver, as it was seen last.</summary>
/// <param name="At">Null before the first look.</param>
internal sealed record Surroundings(DateTimeOffset? At, Sight<TailscaleStatus> Tailscale, Sight<CloudflaredStatus> Cloudflared)
{
    public static Surroundings Unknown { get; } = new(null, Sight<TailscaleStatus>.None("not looked yet"), Sight<CloudflaredStatus>.None("not looked yet"));
}

/// <summary>Looks every half a minute, so that no page waits for somebody else's program.</summary>
internal sealed partial class NetworkWatch(TailscaleProbe tailscale, CloudflaredProbe cloudflared, TimeProvider time, ILogger<NetworkWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private volatile Surroundings _seen = Surroundings.Unknown;

    public Surroundings Seen => _seen;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var network = tailscale.ReadAsync(cancellationToken);
        var tunnel = cloudflared.ReadAsync(cancellationToken);
        _seen = new Surroundings(time.GetUtcNow(), await network, await tunnel);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(time, s_period, LookAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Looking at Tailscale and cloudflared failed.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
