using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>A polled account as it is now: what <c>quota_polls</c> has, and what it is polled with. Its changes are pure; <see cref="PollRule"/> has the rules.</summary>
/// <param name="Target">The account and its credential's stamp.</param>
/// <param name="Source">Polls it.</param>
/// <param name="AccountId">Id in the table <c>quota_accounts</c>.</param>
/// <param name="State">After the last poll.</param>
/// <param name="Resets">Known resets of its windows.</param>
/// <param name="NextAt">When it is polled next; the default value if it never was and has not been resumed.</param>
internal sealed record PolledAccount(
    PollTarget Target, IPollSource Source, QuotaAccountId AccountId, PollState State, IReadOnlyList<DateTimeOffset> Resets, DateTimeOffset NextAt)
{
    public PollKey Key => PollKey.Of(Target);

    public static PolledAccount Stored(PollTarget target, IPollSource source, KnownAccount known) =>
        new(target, source, known.AccountId, known.State, known.Resets, known.NextAt ?? default);

    /// <summary>After a start of the process, from the state as stored.</summary>
    public PolledAccount Resumed(PollPolicy policy, DateTimeOffset now, PollJitter jitter) =>
        (NextAt == default ? this : this with { State = PollRule.AfterRestart(State, policy, NextAt, now) }).Planned(policy, now, jitter);

    /// <summary>With another credential, while no poll is running. The time changes only if that ends a backoff.</summary>
    public PolledAccount Renewed(PollTarget target, PollPolicy policy, DateTimeOffset now)
    {
        var renewed = (this with { Target = target }).WithCredential();
        return renewed.HasRecovered(this) ? renewed with { NextAt = PollRule.Earliest(renewed.State, policy, now) } : renewed;
    }

    /// <summary>After a poll that was sent at <paramref name="attempt"/>.</summary>
    public PolledAccount Polled(DateTimeOffset attempt, PollOutcome outcome, PollPolicy policy, DateTimeOffset now, PollJitter jitter)
    {
        var polled = this with { State = PollRule.After(State, policy, attempt, outcome, now) };
        return (outcome.Failure is null ? polled with { Resets = [.. outcome.Readings.Select(reading => reading.ResetsAt).OfType<DateTimeOffset>()] } : polled)
            .Planned(policy, now, jitter);
    }

    /// <summary>After a poll that threw an exception.</summary>
    public PolledAccount Failed(PollPolicy policy, DateTimeOffset now, PollJitter jitter) =>
        (this with { State = State with { LastAttempt = now, Failures = State.Failures + 1 } }).Planned(policy, now, jitter);

    /// <summary>With the time of the next poll by the rule, as after a change of the interval.</summary>
    public PolledAccount Rescheduled(PollPolicy policy, DateTimeOffset now, PollJitter jitter) =>
        this with { NextAt = PollRule.Next(State, policy, Resets, now, jitter()) };

    /// <summary>Whether another credential ended the backoff after failures.</summary>
    /// <param name="before">The account before the change.</param>
    public bool HasRecovered(PolledAccount before) => before.State.Failures > 0 && State.Failures == 0;

    /// <summary>With the time of the next poll: the earliest if the credential was replaced after failures, otherwise by the rule.</summary>
    private PolledAccount Planned(PollPolicy policy, DateTimeOffset now, PollJitter jitter)
    {
        // The credential may have been replaced while a poll with the old one was running.
        var current = WithCredential();
        return current.HasRecovered(this)
            ? current with { NextAt = PollRule.Earliest(current.State, policy, now) }
            : current.Rescheduled(policy, now, jitter);
    }

    private PolledAccount WithCredential() => this with { State = PollRule.With(State, CredentialMark.Of(Target.Stamp)) };
}
