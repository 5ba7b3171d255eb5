using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Checks an account's windows after each reading and writes the alert, its deliveries and the new alert state
/// in one transaction, so that nothing is sent twice or lost.</summary>
internal sealed class AlertWatch(AlertOptions options, ChannelOptions channels, GroupCommitWriter writer, QuotaMetrics metrics, TimeProvider time) : IReadingObserver
{
    private readonly AlertSettings _default = new(AlertSettings.ParseThresholds(options.Thresholds) ?? [], options.Forecast);
    private readonly QuietHours? _quiet = options.QuietHours is { } hours ? QuietHours.Parse(hours, options.TimeZone) : null;
    private readonly IReadOnlyList<string> _channels = channels.Names;

    public AlertSettings Default => _default;

    public bool HasChannels => _channels.Count > 0;

    public async Task ReadingsStoredAsync(QuotaAccountId accountId)
    {
        if (!HasChannels)
        {
            return;
        }

        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(session => Check(session, accountId, now));
        if (written is { Status: WriteStatus.Committed, Value: { } plan })
        {
            metrics.Held("rate", plan.Held);
            metrics.Held("full", plan.Dropped);
        }
    }

    /// <summary>Sends a test alert on every channel at once, even in quiet hours: the admin who asks for it is awake.</summary>
    public Task<WriteResult<bool>> TestAsync(Actor actor)
    {
        var now = time.GetUtcNow();
        var entry = new AuditEntry(now, actor, "quota.alert.test", "", string.Join(' ', _channels));
        return writer.WriteAsync(session =>
        {
            AlertWriter.Write(session, new NewAlert(default, "", AlertKind.Test, 0, now), _channels, now);
            AuditLog.Write(session, entry);
            return true;
        });
    }

    private AlertPlan Check(WriteSession session, QuotaAccountId accountId, DateTimeOffset now)
    {
        var facts = AlertFacts.Load(session, accountId, now);
        var decision = AlertRule.Decide(facts, _default, now);
        AlertWriter.Write(session, decision.States);
        if (decision.Findings.Count == 0)
        {
            return AlertPlan.Nothing;
        }

        var queue = AlertQueueFacts.Load(session, accountId, facts.Owner, now);
        var plan = AlertQueue.Decide(queue, decision.Findings, _channels.Count, _quiet, now);
        AlertWriter.Write(session, plan, queue.Digest, _channels, now);
        return plan;
    }
}
