using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Folds readings older than <c>QUOTA_DETAIL_DAYS</c> into hours, once an hour, one window per transaction so that others can write in between.</summary>
internal sealed partial class Retention(GroupCommitWriter writer, QuotaOptions options, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>Days for which alerts and their deliveries are kept.</summary>
    private const int AlertDays = 90;

    /// <summary>Folds everything that is due and deletes alerts older than <see cref="AlertDays"/>.</summary>
    public async Task FoldAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var limit = now.AddDays(-options.DetailDays).ToUnixTimeMilliseconds() / UnixTime.Hour * UnixTime.Hour;
        long? window = 0;
        while (window is { } last && !cancellationToken.IsCancellationRequested)
        {
            var step = await writer.WriteAsync(session => FoldNext(session, last, limit));
            window = step.Or(null);
        }

        var oldest = now.AddDays(-AlertDays).ToUnixTimeMilliseconds();
        await writer.WriteAsync(session =>
            session.Execute(QuotaSql.DeleteOldDeliveries, ("before", oldest)) + session.Execute(QuotaSql.DeleteOldAlerts, ("before", oldest)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunLaterAsync(time, s_interval, FoldAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <returns>The window that was folded, or null if none is left.</returns>
    private static long? FoldNext(WriteSession session, long after, long limit)
    {
        if (session.Scalar(QuotaSql.SelectExpiredWindow, ("after", after), ("before", limit)) is not { } windowId)
        {
            return null;
        }

        session.Execute(QuotaSql.FoldHours, ("window", windowId), ("before", limit));
        session.Execute(QuotaSql.DeleteFolded, ("window", windowId), ("before", limit));
        return windowId;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Old quota readings could not be folded into hours.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
