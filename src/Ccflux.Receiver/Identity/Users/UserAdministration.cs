using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Changes users for an admin, with the same rules for pages, API and commands.
/// A new token is only in the result; each change writes its entry of the audit log in the same transaction.</summary>
internal sealed class UserAdministration(GroupCommitWriter writer, AccessTokenStore accessTokens, PlaintextResidue residue, TimeProvider time)
{
    public const int DefaultDays = 365;

    /// <summary>Adds a user, or issues a new token to one without a live token.</summary>
    public Task<UserChangeResult> AddAsync(AuditActor actor, string? email, string? division, int days = DefaultDays)
    {
        return UserRules.Fault(email, division, days, out var address, out var label) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.add", label, connection => Add(connection, address, label, days));
    }

    /// <summary>Ends a user's tokens at once. The history stays.</summary>
    public Task<UserChangeResult> RevokeAsync(AuditActor actor, string? email)
    {
        var address = UserRules.Normalize(email);
        return RunAsync(actor, "user.revoke", "", connection => Revoke(connection, address));
    }

    /// <summary>The same by the user's id, for an e-mail address that cannot be typed.</summary>
    public Task<UserChangeResult> RevokeAsync(AuditActor actor, long userId) => RunAsync(actor, "user.revoke", "", connection =>
    {
        using var rows = connection.Query(UsersSql.SelectEmail, userId);
        return rows.Read() ? Revoke(connection, rows.Text(0)) : UserChangeResult.Refused(AccountFault.UnknownUser);
    });

    /// <summary>Replaces a user's token: ends the old one and issues the new one in one transaction. Days default to the old token's.</summary>
    public Task<UserChangeResult> ReissueAsync(AuditActor actor, string? email, int? days = null)
    {
        return UserRules.Fault(email, division: null, days ?? DefaultDays, out var address, out _) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.reissue", "", connection => Reissue(connection, address, days));
    }

    public Task<UserChangeResult> SetDivisionAsync(AuditActor actor, string? email, string? division)
    {
        return UserRules.Fault(email, division, DefaultDays, out var address, out var label) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.division", label, connection =>
            {
                connection.Execute(UsersSql.SetTokenDivision, label, address);
                return connection.Execute(UsersSql.SetDivision, label, address) > 0
                    ? UserChangeResult.Ok(address)
                    : UserChangeResult.Refused(AccountFault.UnknownUser);
            });
    }

    private static UserChangeResult Revoke(SqlConnection connection, string email)
    {
        connection.Execute(UsersSql.DeleteAccess, email);
        return connection.Execute(UsersSql.RevokeTokens, email) > 0
            ? UserChangeResult.Ok(UserRules.Printable(email))
            : UserChangeResult.Refused(AccountFault.NoLiveToken);
    }

    private UserChangeResult Add(SqlConnection connection, string email, string division, int days)
    {
        var now = time.GetUtcNow();
        if (connection.Scalar(UsersSql.CountLiveTokens, email, SqlTime.Text(now)) > 0)
        {
            return UserChangeResult.Refused(AccountFault.AlreadyLive);
        }

        var id = connection.Scalar(UsersSql.Upsert, email, division, now.ToUnixTimeMilliseconds());
        if (division.Length > 0 && id is not null)
        {
            connection.Execute(UsersSql.SetDivision, division, email);
        }

        return UserChangeResult.Ok(email, Issue(connection, email, division, days, now));
    }

    private UserChangeResult Reissue(SqlConnection connection, string email, int? days)
    {
        int? earlierDays;
        string division;
        using (var rows = connection.Query(UsersSql.SelectNewestToken, email))
        {
            if (!rows.Read())
            {
                return UserChangeResult.Refused(AccountFault.UnknownUser);
            }

            earlierDays = (int?)rows.NumberOrNull(0);
            division = rows.Text(1);
        }

        var now = time.GetUtcNow();
        connection.Execute(UsersSql.DeleteAccess, email);
        connection.Execute(UsersSql.RevokeTokens, email);
        return UserChangeResult.Ok(email, Issue(connection, email, division, Math.Clamp(days ?? earlierDays ?? DefaultDays, 1, UserRules.MaxDays), now));
    }

    private static string Issue(SqlConnection connection, string email, string division, int days, DateTimeOffset now)
    {
        var token = SecretToken.NewRefresh();
        connection.Execute(
            UsersSql.InsertToken,
            SecretToken.Stored(token), email, division, SqlTime.Text(now.AddDays(days)), SqlTime.Text(now), days);
        return token;
    }

    private async Task<UserChangeResult> RunAsync(AuditActor actor, string action, string detail, Func<SqlConnection, UserChangeResult> change)
    {
        var tookUp = false;
        var result = await writer.WriteAsync(connection =>
        {
            // A token that was inserted manually a moment ago counts too.
            tookUp = ManualTokenHasher.TakeUp(connection, time.GetUtcNow()).Count > 0;

            var outcome = change(connection);
            if (outcome.IsOk)
            {
                AuditLog.Write(connection, new AuditEntry(time.GetUtcNow(), actor, action, outcome.Target, detail));
            }

            return outcome;
        });
        accessTokens.Forget();
        if (tookUp)
        {
            // Its plain text is still in the database's log; a command has no other chance to clear it.
            residue.Left();
            await writer.CheckpointAsync();
        }

        return result.Status == WriteStatus.Committed ? result.Value! : UserChangeResult.Refused(AccountFault.Busy);
    }
}
