using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>What decides whether an alert is sent on its own, in a digest or not at all.</summary>
/// <param name="Owner">The user whose account it is about; <see cref="AccountIdentity.Polled"/> for a polled account.</param>
/// <param name="Sent">Alerts within <see cref="AlertQueue.Span"/> that were sent individually: about the user, or about the polled account.</param>
/// <param name="Digest">The digest that collects the others; null if there is none within that span.</param>
/// <param name="Waiting">Deliveries that wait.</param>
/// <param name="ReportedWaiting">Those of them that are about what users report.</param>
internal sealed record AlertQueueFacts(long Owner, long Sent, long? Digest, long Waiting, long ReportedWaiting)
{
    public static AlertQueueFacts Load(WriteSession session, QuotaAccountId accountId, long owner, DateTimeOffset now)
    {
        var since = (now - AlertQueue.Span).ToUnixTimeMilliseconds();
        return new AlertQueueFacts(
            owner,
            session.Scalar(AlertSql.CountOfSource, ("owner", owner), ("account", accountId.Value), ("since", since)) ?? 0,
            session.Scalar(AlertSql.SelectDigest, ("owner", owner), ("account", accountId.Value), ("since", since)),
            session.Scalar(AlertSql.CountWaiting) ?? 0,
            session.Scalar(AlertSql.CountReportedWaiting) ?? 0);
    }
}
