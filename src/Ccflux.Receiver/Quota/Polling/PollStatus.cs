namespace Ccflux.Receiver.Quota.Polling;

/// <summary>The polling status of one account.</summary>
/// <param name="AccountId">Id in the table <c>quota_accounts</c>.</param>
/// <param name="Source">Polls it.</param>
/// <param name="State">After its last poll.</param>
/// <param name="NextAt">When it is polled next.</param>
/// <param name="Wait">Between polls now: longer after failures.</param>
internal sealed record PollStatus(QuotaAccountId AccountId, IPollSource Source, PollState State, DateTimeOffset NextAt, TimeSpan Wait);
