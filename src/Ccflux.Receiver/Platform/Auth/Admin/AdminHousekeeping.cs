using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Once a day, deletes audit lines older than AUDIT_RETENTION_DAYS, surplus sign-in lines, and sessions that have ended.</summary>
internal sealed partial class AdminHousekeeping(GroupCommitWriter writer, AdminOptions options, TimeProvider time, ILogger<AdminHousekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, Interval, CleanAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(session =>
        {
            AdminSessions.DeleteOld(session, now);
            session.Execute(AdminSql.DeleteSurplusSignIns, ("keep", SignInAudit.MaxLines));
            return session.Execute(AdminSql.DeleteOldAudit, ("before", now.AddDays(-options.AuditRetentionDays).ToUnixTimeMilliseconds()));
        });
        if (!written.IsCommitted)
        {
            Log.NotCleaned(logger, written.Status);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old audit lines and sessions were not removed ({Status}); retrying in a day.")]
        public static partial void NotCleaned(ILogger logger, WriteStatus status);

        [LoggerMessage(2, LogLevel.Error, "Removing old audit lines and sessions failed; retrying in a day.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
