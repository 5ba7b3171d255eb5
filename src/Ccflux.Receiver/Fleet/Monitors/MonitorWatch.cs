using System.Net;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Checks every target once per interval, several at a time, plus the internal checks, and stores the results.</summary>
internal sealed partial class MonitorWatch(
    MonitorOptions options,
    HttpOptions http,
    IServer server,
    IHostApplicationLifetime lifetime,
    HttpCheck check,
    InternalChecks internalChecks,
    KumaReader kuma,
    MonitorResultWriter resultWriter,
    IChangeFeed changes,
    TimeProvider time,
    ILogger<MonitorWatch> logger) : BackgroundService
{
    private const int AtOnce = 8;

    /// <summary>The receiver itself and its public URL, unless Uptime Kuma watches them, followed by the targets in the settings.</summary>
    public IReadOnlyList<MonitorTarget> Targets() => [.. options.HasKuma ? [] : Own(), .. options.Parse()];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await kuma.LookAsync(cancellationToken);
        var targets = Targets();
        var answers = new CheckResult[targets.Count];
        await Parallel.ForAsync(0, targets.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
            answers[index] = await check.RunAsync(targets[index], token));
        (string, CheckResult)[] results = [.. targets.Zip(answers, (target, answer) => (target.Name, answer)), .. await internalChecks.RunAsync(targets, cancellationToken)];
        if (results.Length > 0 && !await resultWriter.WriteAsync(results, time.GetUtcNow()))
        {
            Log.NotKept(logger);
        }

        changes.Publish(FleetFeature.Topic);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        await PeriodicLoop.RunAsync(time, TimeSpan.FromSeconds(options.IntervalSeconds), RunAsync, exception => Log.Failed(logger, exception), stoppingToken);
    }

    /// <summary>Before the server listens, there is no URL to check.</summary>
    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private IEnumerable<MonitorTarget> Own()
    {
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (Uri.TryCreate(listening, UriKind.Absolute, out var address))
        {
            yield return new MonitorTarget("Receiver", new UriBuilder(address) { Host = Reachable(address.DnsSafeHost), Path = HealthEndpoint.Path }.Uri, IsOurs: true);
        }

        if (http.BaseUrl is { } outside)
        {
            yield return new MonitorTarget("Public URL", new Uri(outside.TrimEnd('/') + HealthEndpoint.Path));
        }
    }

    /// <summary>Listeners on every interface are reached over loopback.</summary>
    private static string Reachable(string host) =>
        !IPAddress.TryParse(host, out var address) ? host
        : address.Equals(IPAddress.Any) ? "127.0.0.1"
        : address.Equals(IPAddress.IPv6Any) ? "[::1]"
        : host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Uptime checks failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Could not store the results of uptime checks.")]
        public static partial void NotKept(ILogger logger);
    }
}
