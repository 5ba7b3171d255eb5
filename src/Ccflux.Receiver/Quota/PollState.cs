using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Quota;

/// <summary>The state of polling one account. It is stored with every poll and survives restarts.</summary>
/// <param name="LastAttempt">When it was last polled.</param>
/// <param name="LastSuccess">When a poll last returned readings.</param>
/// <param name="Failures">Consecutive failures.</param>
/// <param name="Failure">Why the last poll failed; null if it succeeded.</param>
/// <param name="FailedSince">When the failures began.</param>
/// <param name="RetryAt">The issuer accepts no poll before this instant.</param>
/// <param name="Recent">Attempts within <see cref="PollPolicy.BudgetSpan"/>, oldest first; at most the budget plus one.</param>
/// <param name="Credential">Which credential the failures belong to: <see cref="CredentialMark"/>. Null if that was not stored.</param>
internal sealed record PollState(
    DateTimeOffset? LastAttempt,
    DateTimeOffset? LastSuccess,
    int Failures,
    PollFailure? Failure,
    DateTimeOffset? FailedSince,
    DateTimeOffset? RetryAt,
    IReadOnlyList<DateTimeOffset> Recent,
    string? Credential = null)
{
    public static PollState New { get; } = new(null, null, 0, null, null, null, []);
}
