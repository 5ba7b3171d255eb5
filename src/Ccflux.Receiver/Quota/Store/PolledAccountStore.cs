using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>A polled account as stored: its id, the state of polling it, and when the next poll is due.</summary>
internal sealed record KnownAccount(long AccountId, PollState State, DateTimeOffset? NextAt, IReadOnlyList<DateTimeOffset> Resets);

/// <summary>Stores accounts and the state of polling them.</summary>
internal sealed class PolledAccountStore(GroupCommitWriter writer)
{
    /// <summary>Loads the account's row and creates it if there is none. Null if the database does not accept writes.</summary>
    /// <param name="account">The account.</param>
    /// <param name="isAlone">False if another polled key names the same account without its organisation.</param>
    /// <param name="now">The current time.</param>
    public async Task<KnownAccount?> OpenAsync(AccountIdentity account, bool isAlone, DateTimeOffset now)
    {
        var result = await writer.WriteAsync(connection => Load(connection, isAlone ? Upsert(connection, account, now) : Insert(connection, account, now)));
        return result.Status == WriteStatus.Committed ? result.Value : null;
    }

    /// <summary>
    /// Finds the row of an account by its key and owner. Older clients and older versions know only the account's id: such a row becomes that of the first
    /// organisation that is reported, and a user's reading without an organisation belongs to the only known one. If several are known, it gets its own row.
    /// </summary>
    public static long? Find(SqlConnection connection, string key, long owner)
    {
        if (connection.Scalar(QuotaSql.SelectAccountId, key, owner) is { } same)
        {
            return same;
        }

        if (AccountMatch.HasOrganization(key))
        {
            return connection.Scalar(QuotaSql.SelectWithoutOrganization, AccountMatch.AccountOf(key), owner);
        }

        return owner == AccountIdentity.Polled ? null : connection.Scalar(QuotaSql.SelectOnlyOrganization, key, owner);
    }

    public static long Upsert(SqlConnection connection, AccountIdentity account, DateTimeOffset now)
    {
        if (Find(connection, account.Key, account.Owner) is not { } known)
        {
            return Insert(connection, account, now);
        }

        if (AccountMatch.HasOrganization(account.Key))
        {
            connection.Execute(QuotaSql.UpdateAccountKey, account.Key, known);
        }

        connection.Execute(QuotaSql.UpdateAccount, account.Source, account.Email, account.Label, known);
        return known;
    }

    private static long Insert(SqlConnection connection, AccountIdentity account, DateTimeOffset now) => connection.Scalar(
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
        string.Join(' ', state.Recent.Select(at => After(at)!.Value.ToString(CultureInfo.InvariantCulture))),
        state.Credential);

    public static List<DateTimeOffset> Resets(SqlConnection connection, long accountId)
    {
        var resets = new List<DateTimeOffset>();
        using var rows = connection.Query(QuotaSql.SelectResets, accountId);
        while (rows.Read())
        {
            resets.Add(UnixTime.At(rows.Number(0)));
        }

        return resets;
    }

    /// <summary>The millisecond after an instant that a wait starts or ends at: if it were rounded down, a poll after a restart could come a moment too early.</summary>
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
            LastAttempt: UnixTime.At(rows.NumberOrNull(1)),
            LastSuccess: UnixTime.At(rows.NumberOrNull(2)),
            Failures: (int)rows.Number(3),
            Failure: Enum.TryParse<PollFailure>(rows.TextOrNull(4), out var failure) ? failure : null,
            FailedSince: UnixTime.At(rows.NumberOrNull(5)),
            RetryAt: UnixTime.At(rows.NumberOrNull(6)),
            Recent: [.. rows.Text(7).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => UnixTime.At(long.Parse(text, CultureInfo.InvariantCulture)))],
            Credential: rows.TextOrNull(8));
        return (state, UnixTime.At(rows.Number(0)));
    }
}
