namespace Ccflux.Receiver.Quota.Polling;

/// <summary>The outcome of a poll: readings, or one failure.</summary>
/// <param name="Readings">Empty if it failed; may be empty if an account has used nothing yet.</param>
/// <param name="Failure">Null if it succeeded.</param>
/// <param name="RetryAfter">The wait that the issuer asked for, whatever else it answered.</param>
/// <param name="LeftOut">Names of other parts of the answer that this version cannot read.</param>
internal sealed record PollOutcome(IReadOnlyList<Reading> Readings, PollFailure? Failure, TimeSpan? RetryAfter = null, IReadOnlyList<string>? LeftOut = null)
{
    public static PollOutcome Failed(PollFailure failure, TimeSpan? retryAfter = null) => new([], failure, retryAfter);
}
