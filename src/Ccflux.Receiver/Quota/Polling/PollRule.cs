namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Decides when an account is polled next. Pure: values in, an instant out.</summary>
internal static class PollRule
{
    /// <summary>The earliest a new window is polled after a reset.</summary>
    public static readonly TimeSpan AfterReset = TimeSpan.FromSeconds(5);

    /// <summary>The time over which accounts that reset together are spread.</summary>
    private static readonly TimeSpan s_resetSpread = TimeSpan.FromSeconds(25);

    /// <summary>The longest Retry-After that is honoured: a mistake of the issuer must not stop polling for good.</summary>
    private static readonly TimeSpan s_maxRetryAfter = TimeSpan.FromHours(24);

    /// <summary>The share of its interval over which accounts that are due together are spread.</summary>
    private const double SpreadShare = 1 / 3d;

    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(1);
    private const double JitterShare = 0.1;
    private const int MaxDoublings = 10;

    /// <summary>The state after a poll that was sent at <paramref name="attempt"/> and ended at <paramref name="now"/>.</summary>
    public static PollState After(PollState state, PollPolicy policy, DateTimeOffset attempt, PollOutcome outcome, DateTimeOffset now)
    {
        // A poll that was not sent costs nothing.
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

    /// <summary>The state with a credential: the failures of another one are dropped. The issuer's Retry-After still applies.</summary>
    public static PollState With(PollState state, string credential) => string.Equals(state.Credential, credential, StringComparison.Ordinal)
        ? state
        : state with { Failures = 0, Failure = null, FailedSince = null, Credential = credential };

    /// <summary>How long one of several accounts that are due at once waits, so that they do not all poll at the same moment: the first does not wait,
    /// each of the others waits for part of the spread.</summary>
    /// <param name="policy">Of the account.</param>
    /// <param name="place">Position, from 0.</param>
    /// <param name="count">How many are due.</param>
    /// <param name="jitter">From 0 to 1.</param>
    public static TimeSpan Spread(PollPolicy policy, int place, int count, double jitter) =>
        place == 0 ? TimeSpan.Zero : policy.Interval * (SpreadShare * (place - 1 + jitter) / (count - 1));

    /// <param name="state">After the last poll.</param>
    /// <param name="policy">How often polls may be.</param>
    /// <param name="resets">Known resets of the account's windows.</param>
    /// <param name="now">Where an account that was never polled starts.</param>
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

    /// <summary>The earliest instant for a manual poll: the rules apply to it too, except for the backoff and the jitter.</summary>
    public static DateTimeOffset Earliest(PollState state, PollPolicy policy, DateTimeOffset now) =>
        Latest(now, state.LastAttempt + policy.Floor, state.RetryAt, Affordable(state, policy));

    /// <summary>The wait after consecutive failures: doubled with each, up to half an hour.</summary>
    public static TimeSpan Wait(PollState state, PollPolicy policy)
    {
        if (state.Failures == 0)
        {
            return policy.Interval;
        }

        var doubled = policy.Interval * Math.Pow(2, Math.Min(state.Failures, MaxDoublings));
        return Latest(policy.Interval, doubled < PollPolicy.MaxBackoff ? doubled : PollPolicy.MaxBackoff);
    }

    /// <summary>The state after a restart: a poll that was due may have been sent before the process ended.</summary>
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

    /// <summary>Moves the poll to just after a reset: earlier if the reset comes first, later if the poll would come just before the new window can be seen.</summary>
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

    /// <summary>When the budget has room for another poll; null if it has room now.</summary>
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
