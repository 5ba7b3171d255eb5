using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Quota;

/// <summary>How polling one account goes. It is stored with every poll and survives restarts.</summary>
/// <param name="LastAttempt">When it was asked last.</param>
/// <param name="LastSuccess">When it answered with readings last.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Failure">Of the last poll, where it failed.</param>
/// <param name="FailedSince">When the failures began.</param>
/// <param name="RetryAt">Not before, says the issuer.</param>
/// <param name="Recent">Attempts within <see cref="PollPolicy.BudgetSpan"/>, oldest first; at most the budget and one.</param>
/// <param name="Credential">Which credential the failures are of: <see cref="CredentialMark"/>. Null where that was not kept.</param>
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
