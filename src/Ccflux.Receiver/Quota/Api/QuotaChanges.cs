using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Applies what the admin changes: the interval and, within the rules, the time of the next poll.</summary>
internal sealed class QuotaChanges(Poller poller, PollInterval interval, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    private const int MaxBody = 4096;

    public SettingsReply Settings()
    {
        var status = poller.Statuses()
            .OrderBy(account => account.Source is Sources.CookieSource ? 0 : 1)
            .ThenBy(account => account.NextAt)
            .FirstOrDefault();
        var seconds = (int)interval.Current.TotalSeconds;
        return new SettingsReply(
            seconds,
            status is null ? seconds : (int)status.Wait.TotalSeconds,
            status is { State.Failures: > 0 },
            status?.NextAt,
            PollInterval.MinSeconds,
            PollInterval.MaxSeconds);
    }

    public async Task<IResult> SaveAsync(HttpContext context)
    {
        if (await ReadIntervalAsync(context) is not { } seconds)
        {
            return Refusals.Invalid($"interval: whole seconds from {PollInterval.MinSeconds} to {PollInterval.MaxSeconds}, as {{\"interval\":180}} or as a form.");
        }

        return await ApplyIntervalAsync(AuditActor.Of(context), seconds)
            ? TypedResults.Json(Settings(), QuotaApiJson.Default.SettingsReply)
            : Refusals.StorageBusy;
    }

    /// <summary>Saves a valid interval and polls by it; false if it could not be saved.</summary>
    public async Task<bool> ApplyIntervalAsync(AuditActor actor, int seconds)
    {
        var entry = new AuditEntry(time.GetUtcNow(), actor, "quota.interval", "", $"{seconds} s");
        var written = await writer.WriteAsync(session =>
        {
            PollInterval.Save(session, seconds);
            AuditLog.Write(session, entry);
            return true;
        });
        if (!written.IsCommitted)
        {
            return false;
        }

        interval.Adopt(seconds);
        poller.Reschedule();
        changes.Publish(QuotaFeature.Topic);
        return true;
    }

    public async Task<IResult> PollNowAsync(HttpContext context)
    {
        if (!QuotaReads.TryReadAccount(context, out var accountId))
        {
            return Refusals.Invalid(QuotaReads.AccountForm);
        }

        if (await poller.HurryAsync(accountId) is not { } next)
        {
            return Refusals.NotPolled;
        }

        var wait = next - time.GetUtcNow();
        var seconds = Math.Max(0, (long)Math.Ceiling(wait.TotalSeconds));
        return seconds == 0
            ? TypedResults.Json(new PollNowReply(next, 0), QuotaApiJson.Default.PollNowReply, statusCode: StatusCodes.Status202Accepted)
            : Refusals.PollNotYet(seconds, wait);
    }

    private static async Task<int?> ReadIntervalAsync(HttpContext context)
    {
        if (context.Request.HasFormContentType)
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return int.TryParse(form["interval"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var typed) ? InRange(typed) : null;
        }

        return InRange((await JsonBody.ReadAsync(context.Request, MaxBody, QuotaApiJson.Default.SettingsRequest))?.Interval);
    }

    private static int? InRange(int? seconds) => seconds is { } given && PollInterval.IsValid(given) ? given : null;
}
