using Ccflux.Receiver.Quota.Polling;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>A polled account as the database knows it: its number, how polling went, and when it was to go on.</summary>
internal sealed record KnownAccount(long AccountId, PollState State, DateTimeOffset? NextAt, IReadOnlyList<DateTimeOffset> Resets);

/// <summary>Accounts and how polling them goes.</summary>
internal sealed class AccountBook(GroupCommitWriter writer)
{
    /// <summary>The account's row, made where there is none. Null where the database cannot be written now.</summary>
    public async Task<KnownAccount?> OpenAsync(AccountIdentity account, DateTimeOffset now)
    {
        var result = await writer.WriteAsync(connection => Load(connection, Upsert(connection, account, now)));
        return result.Status == WriteStatus.Committed ? result.Value : null;
    }

    public static long Upsert(SqlConnection connection, AccountIdentity account, DateTimeOffset now) => connection.Scalar(
        QuotaSql.UpsertAccount, account.Key, account.Owner, account.Source, account.Label, account.Email, now.ToUnixTimeMilliseconds())!.Value;

    public static void SavePoll(SqlConnection connection, long accountId, PollState state, DateTimeOffset next) => connection.Execute(
        QuotaSql.UpsertPoll,
        accountId,
        next.ToUnixTimeMilliseconds(),
        After(state.LastAttempt),
        state.LastSuccess?.ToUnixTimeMilliseconds(),
        state.Failures,
        state.Failure?.ToString(),
        state.FailedSince?.ToUnixTimeMilliseconds(),
        After(state.RetryAt),
        string.Join(' ', state.Recent.Select(at => After(at)!.Value.ToString(CultureInfo.InvariantCulture))));

    public static List<DateTimeOffset> Resets(SqlConnection connection, long accountId)
    {
        var resets = new List<DateTimeOffset>();
        using var rows = connection.Query(QuotaSql.SelectResets, accountId);
        while (rows.Read())
        {
            resets.Add(At(rows.Number(0)));
        }

        return resets;
    }

    /// <summary>The millisecond after an instant that is waited from or for: cut to the one before it, a restart could come a moment too early.</summary>
    private static long? After(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() + 1;

    private static KnownAccount Load(SqlConnection connection, long accountId)
    {
        var (state, next) = LoadPoll(connection, accountId);
        return new KnownAccount(accountId, state, next, Resets(connection, accountId));
    }

    private static (PollState State, DateTimeOffset? Next) LoadPoll(SqlConnection connection, long accountId)
    {
        using var rows = connection.Query(QuotaSql.SelectPoll, accountId);
        if (!rows.Read())
        {
            return (PollState.New, null);
        }

        var state = new PollState(
            LastAttempt: AtOrNull(rows.NumberOrNull(1)),
            LastSuccess: AtOrNull(rows.NumberOrNull(2)),
            Failures: (int)rows.Number(3),
            Failure: Enum.TryParse<PollFailure>(rows.TextOrNull(4), out var failure) ? failure : null,
            FailedSince: AtOrNull(rows.NumberOrNull(5)),
            RetryAt: AtOrNull(rows.NumberOrNull(6)),
            Recent: [.. rows.Text(7).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => At(long.Parse(text, CultureInfo.InvariantCulture)))]);
        return (state, At(rows.Number(0)));
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? AtOrNull(long? milliseconds) => milliseconds is { } value ? At(value) : null;
}
