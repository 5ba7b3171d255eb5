namespace Ccflux.Receiver.Quota.Polling;

/// <summary>When an account is asked next. Pure: values in, an instant out.</summary>
internal static class PollRule
{
    /// <summary>How soon after a reset the new window is looked at, at the earliest.</summary>
    public static readonly TimeSpan AfterReset = TimeSpan.FromSeconds(5);

    /// <summary>Over how long accounts that reset together are spread.</summary>
    private static readonly TimeSpan s_resetSpread = TimeSpan.FromSeconds(25);

    /// <summary>No Retry-After holds longer: a slip of the issuer must not stop polling for good.</summary>
    private static readonly TimeSpan s_maxRetryAfter = TimeSpan.FromHours(24);

    /// <summary>Over how much of its interval accounts that are due together are spread.</summary>
    private const double SpreadShare = 1 / 3d;

    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1);
    private const double JitterShare = 0.1;
    private const int MaxDoublings = 10;

    /// <summary>The state after a poll that was sent at <paramref name="attempt"/> and ended at <paramref name="now"/>.</summary>
    public static PollState After(PollState state, PollPolicy policy, DateTimeOffset attempt, PollOutcome outcome, DateTimeOffset now)
    {
        // What was not sent costs nothing.
        var sent = outcome.Failure != PollFailure.NoCredential;
        return new PollState(
            LastAttempt: attempt,
            LastSuccess: outcome.Failure is null ? now : state.LastSuccess,
            Failures: outcome.Failure is null ? 0 : state.Failures + 1,
            Failure: outcome.Failure,
            FailedSince: outcome.Failure is null ? null : state.FailedSince ?? now,
            RetryAt: outcome.RetryAfter is { } wait ? now + (wait < s_maxRetryAfter ? wait : s_maxRetryAfter) : null,
            Recent: policy.Budget is { } budget && sent
                ? [.. state.Recent.Where(at => at > attempt - PollPolicy.BudgetSpan).TakeLast(budget), attempt]
                : state.Recent,
            Credential: state.Credential);
    }

    /// <summary>The state with a credential: the failures of another one say nothing about it. What the issuer asked for still holds.</summary>
    public static PollState With(PollState state, string credential) => string.Equals(state.Credential, credential, StringComparison.Ordinal)
        ? state
        : state with { Failures = 0, Failure = null, FailedSince = null, Credential = credential };

    /// <summary>How long the account waits that is one of several which are due at once, so that they do not all ask in the same moment: the first does not,
    /// the others have a part of the spread each.</summary>
    /// <param name="policy">Of the account.</param>
    /// <param name="place">From 0.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan Spread(PollPolicy policy, int place, int count, double jitter) =>
        place == 0 ? TimeSpan.Zero : policy.Interval * (SpreadShare * (place - 1 + jitter) / (count - 1));

    /// <param name="state">After the last poll.</param>
    /// <param name="policy">How often it may be.</param>
    /// <param name="resets">Known resets of the account's windows.</param>
    /// <param name="now">What an account that was never asked starts from.</param>
    /// <param name="jitter">From 0 to 1: polls are spread upwards only.</param>
    public static DateTimeOffset Next(PollState state, PollPolicy policy, IEnumerable<DateTimeOffset> resets, DateTimeOffset now, double jitter)
    {
        if (state.LastAttempt is not { } last)
        {
            return Latest(now, state.RetryAt, Affordable(state, policy));
        }

        var due = last + (Wait(state, policy) * (1 + (JitterShare * jitter)));
        if (state.Failures == 0)
        {
            due = AroundResets(due, last, policy, resets, jitter);
        }

        return Latest(due, last + policy.Floor, state.RetryAt, Affordable(state, policy));
    }

    /// <summary>The earliest instant that a poll by hand may be at: the rules hold for it too, but the backoff and the jitter.</summary>
    public static DateTimeOffset Earliest(PollState state, PollPolicy policy, DateTimeOffset now) =>
        Latest(now, state.LastAttempt + policy.Floor, state.RetryAt, Affordable(state, policy));

    /// <summary>The wait that failures in a row lead to: doubled with each, to half an hour.</summary>
    public static TimeSpan Wait(PollState state, PollPolicy policy)
    {
        if (state.Failures == 0)
        {
            return policy.Interval;
        }

        var doubled = policy.Interval * Math.Pow(2, Math.Min(state.Failures, MaxDoublings));
        return Latest(policy.Interval, doubled < PollPolicy.MaxBackoff ? doubled : PollPolicy.MaxBackoff);
    }

    /// <summary>What is known when the process starts again: a poll that was due may have been sent before it ended.</summary>
    public static PollState AfterRestart(PollState state, PollPolicy policy, DateTimeOffset next, DateTimeOffset now)
    {
        if (next > now || next <= state.LastAttempt)
        {
            return state;
        }

        return state with
        {
            LastAttempt = next,
            Recent = policy.Budget is { } budget ? [.. state.Recent.Where(at => at > now - PollPolicy.BudgetSpan).TakeLast(budget), next] : state.Recent,
        };
    }

    /// <summary>Moves the poll forward to just after a reset that would come before it, or on past one that it would only just precede.</summary>
    private static DateTimeOffset AroundResets(DateTimeOffset due, DateTimeOffset last, PollPolicy policy, IEnumerable<DateTimeOffset> resets, double jitter)
    {
        foreach (var reset in resets)
        {
            if (last >= reset + AfterReset)
            {
                continue;
            }

            var after = Latest(reset + AfterReset + (s_resetSpread * jitter), last + policy.Floor);
            if (after < due || (due >= reset && due < reset + AfterReset))
            {
                due = after;
            }
        }

        return due;
    }

    /// <summary>When the budget has room for one more; null where it has.</summary>
    private static DateTimeOffset? Affordable(PollState state, PollPolicy policy) =>
        policy.Budget is { } budget && state.Recent.Count >= budget ? state.Recent[^budget] + PollPolicy.BudgetSpan + s_margin : null;

    private static DateTimeOffset Latest(DateTimeOffset first, params ReadOnlySpan<DateTimeOffset?> others)
    {
        foreach (var other in others)
        {
            first = other > first ? other.Value : first;
        }

        return first;
    }

    private static TimeSpan Latest(TimeSpan first, TimeSpan second) => first > second ? first : second;
}
