using System.Text.Json;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>The last content of Uptime Kuma's status page, and what has failed since.</summary>
/// <param name="At">When it was read; null means never.</param>
internal sealed record KumaSnapshot(DateTimeOffset? At, IReadOnlyList<KumaMonitor> Monitors, string? Fault)
{
    public static KumaSnapshot Nothing { get; } = new(null, [], null);
}

/// <summary>Reads the public status page of an Uptime Kuma: two GETs, no credential.</summary>
internal sealed class KumaReader : IDisposable
{
    private const int MaxAnswer = 4 * 1024 * 1024;

    private readonly MonitorOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private volatile KumaSnapshot _seen = KumaSnapshot.Nothing;

    public KumaReader(MonitorOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _client = new HttpClient(CheckedConnection.NewHandler(options.AllowPrivate)) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = MaxAnswer };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public KumaSnapshot Seen => _seen;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!_options.HasKuma)
        {
            return;
        }

        try
        {
            var page = await GetAsync($"/api/status-page/{_options.KumaPage}", cancellationToken);
            var heartbeats = await GetAsync($"/api/status-page/heartbeat/{_options.KumaPage}", cancellationToken);
            _seen = new KumaSnapshot(_time.GetUtcNow(), KumaPage.Parse(page, heartbeats), null);
        }
        catch (Exception exception) when (ProbeResult.IsExpected(exception, cancellationToken))
        {
            _seen = _seen with { Fault = exception is JsonException or FormatException ? "it answers in an unknown format" : ProbeResult.Words(exception) };
        }
    }

    public void Dispose() => _client.Dispose();

    private Task<byte[]> GetAsync(string path, CancellationToken cancellationToken) => _client.GetByteArrayAsync(new Uri(_options.KumaUrl!.TrimEnd('/') + path), cancellationToken);
}
