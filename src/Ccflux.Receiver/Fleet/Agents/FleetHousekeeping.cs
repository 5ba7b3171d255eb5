using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Every 30 s, records which agents were seen and ends commands that were not fetched. Once a day, deletes old records.</summary>
internal sealed partial class FleetHousekeeping(
    AgentPresenceWriter presence, AgentCommandQueue commands, GroupCommitWriter writer, AdminOptions options, TimeProvider time, ILogger<FleetHousekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_cleaning = TimeSpan.FromDays(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await presence.FlushAsync();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicLoop.RunAsync(time, s_interval, RoundAsync, exception => Log.Failed(logger, exception), stoppingToken),
        PeriodicLoop.RunAsync(time, s_cleaning, CleanAsync, exception => Log.Failed(logger, exception), stoppingToken));

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await presence.FlushAsync();
        await commands.SweepAsync();
    }

    private Task CleanAsync(CancellationToken cancellationToken) => writer.WriteAsync(session =>
    {
        var before = time.GetUtcNow().AddDays(-options.AuditRetentionDays);
        return session.Execute(CommandSql.Prune, ("before", before.ToUnixTimeMilliseconds())) + FleetAudit.Prune(session, before) + FleetRefusals.Prune(session, before);
    });

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Fleet housekeeping failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
