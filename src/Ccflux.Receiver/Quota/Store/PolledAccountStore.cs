using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>A polled account as stored: its id, the state of polling it, and when the next poll is due.</summary>
internal sealed record KnownAccount(QuotaAccountId AccountId, PollState State, DateTimeOffset? NextAt, IReadOnlyList<DateTimeOffset> Resets);

/// <summary>Stores accounts and the state of polling them.</summary>
internal sealed class PolledAccountStore(GroupCommitWriter writer)
{
    /// <summary>Loads the account's row and creates it if there is none. Null if the database does not accept writes.</summary>
    /// <param name="account">The account.</param>
    /// <param name="isAlone">False if another polled key names the same account without its organisation.</param>
    /// <param name="now">The current time.</param>
    public async Task<KnownAccount?> OpenAsync(AccountIdentity account, bool isAlone, DateTimeOffset now)
    {
        var result = await writer.WriteAsync(session => Load(session, AccountWriter.Upsert(session, account, now, isExact: !isAlone)));
        return result.Value;
    }

    public static void SavePoll(WriteSession session, QuotaAccountId accountId, PollState state, DateTimeOffset next) => session.Execute(
        QuotaSql.UpsertPoll,
        ("account", accountId.Value),
        ("next_at", next.ToUnixTimeMilliseconds()),
        ("last_attempt_at", After(state.LastAttempt)),
        ("last_success_at", state.LastSuccess?.ToUnixTimeMilliseconds()),
        ("failures", state.Failures),
        ("failure", state.Failure?.ToString()),
        ("failed_since", state.FailedSince?.ToUnixTimeMilliseconds()),
        ("retry_at", After(state.RetryAt)),
        ("recent", string.Join(' ', state.Recent.Select(at => After(at)!.Value.ToString(CultureInfo.InvariantCulture)))),
        ("credential", state.Credential));

    /// <summary>The millisecond after an instant that a wait starts or ends at: if it were rounded down, a poll after a restart could come a moment too early.</summary>
    private static long? After(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() + 1;

    private static KnownAccount Load(WriteSession session, QuotaAccountId accountId)
    {
        var (state, next) = LoadPoll(session, accountId);
        return new KnownAccount(accountId, state, next, session.List(QuotaSql.SelectResets, static rows => UnixTime.At(rows.Int64(0)), ("account", accountId.Value)));
    }

    private static (PollState State, DateTimeOffset? Next) LoadPoll(WriteSession session, QuotaAccountId accountId)
    {
        using var rows = session.Query(QuotaSql.SelectPoll, ("account", accountId.Value));
        if (!rows.Read())
        {
            return (PollState.New, null);
        }

        var state = new PollState(
            LastAttempt: UnixTime.At(rows.Int64OrNull(1)),
            LastSuccess: UnixTime.At(rows.Int64OrNull(2)),
            Failures: (int)rows.Int64(3),
            Failure: Enum.TryParse<PollFailure>(rows.TextOrNull(4), out var failure) ? failure : null,
            FailedSince: UnixTime.At(rows.Int64OrNull(5)),
            RetryAt: UnixTime.At(rows.Int64OrNull(6)),
            Recent: [.. rows.Text(7).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => UnixTime.At(long.Parse(text, CultureInfo.InvariantCulture)))],
            Credential: rows.TextOrNull(8));
        return (state, UnixTime.At(rows.Int64(0)));
    }
}
