namespace Ccflux.Receiver.Quota.Polling;

/// <summary>What a poll came to: readings, or one failure.</summary>
/// <param name="Readings">Empty where it failed; may be empty where an account has used nothing yet.</param>
/// <param name="Failure">Null where it succeeded.</param>
/// <param name="RetryAfter">What the issuer asked for, whatever else it answered.</param>
/// <param name="LeftOut">Names of what the answer held beside them that this version cannot read.</param>
internal sealed record PollOutcome(IReadOnlyList<Reading> Readings, PollFailure? Failure, TimeSpan? RetryAfter = null, IReadOnlyList<string>? LeftOut = null)
{
    public static PollOutcome Failed(PollFailure failure, TimeSpan? retryAfter = null) => new([], failure, retryAfter);
}
