using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Changes users for an admin, with the same rules for pages, API and commands.
/// A new token is only in the result; each change writes its entry of the audit log in the same transaction.</summary>
internal sealed class UserAdministration(GroupCommitWriter writer, AccessTokenStore accessTokens, PlaintextResidue residue, TimeProvider time)
{
    public const int DefaultDays = 365;

    /// <summary>Adds a user, or issues a new token to one without a live token.</summary>
    public Task<UserChangeResult> AddAsync(Actor actor, string? email, string? division, int days = DefaultDays)
    {
        return UserRules.Fault(email, division, days, out var address, out var label) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.add", label, session => Add(session, address, label, days));
    }

    /// <summary>Ends a user's tokens at once. The history stays.</summary>
    public Task<UserChangeResult> RevokeAsync(Actor actor, string? email)
    {
        var address = UserRules.Normalize(email);
        return RunAsync(actor, "user.revoke", "", session => Revoke(session, address));
    }

    /// <summary>The same by the user's id, for an e-mail address that cannot be typed.</summary>
    public Task<UserChangeResult> RevokeAsync(Actor actor, long userId) => RunAsync(actor, "user.revoke", "", session =>
        session.Text(UsersSql.Lock, ("user", userId)) is { } email ? Revoke(session, email) : UserChangeResult.Refused(AccountFault.UnknownUser));

    /// <summary>Replaces a user's token: ends the old one and issues the new one in one transaction. Days default to the old token's.</summary>
    public Task<UserChangeResult> ReissueAsync(Actor actor, string? email, int? days = null)
    {
        return UserRules.Fault(email, division: null, days ?? DefaultDays, out var address, out _) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.reissue", "", session => Reissue(session, address, days));
    }

    public Task<UserChangeResult> SetDivisionAsync(Actor actor, string? email, string? division)
    {
        return UserRules.Fault(email, division, DefaultDays, out var address, out var label) is { } fault
            ? Task.FromResult(UserChangeResult.Refused(fault))
            : RunAsync(actor, "user.division", label, session =>
            {
                session.Execute(UsersSql.SetTokenDivision, ("division", label), ("email", address));
                return session.Execute(UsersSql.SetDivision, ("division", label), ("email", address)) > 0
                    ? UserChangeResult.Ok(address)
                    : UserChangeResult.Refused(AccountFault.UnknownUser);
            });
    }

    private static UserChangeResult Revoke(WriteSession session, string email)
    {
        session.Execute(UsersSql.DeleteAccess, ("email", email));
        return session.Execute(UsersSql.RevokeTokens, ("email", email)) > 0
            ? UserChangeResult.Ok(UserRules.Printable(email))
            : UserChangeResult.Refused(AccountFault.NoLiveToken);
    }

    private UserChangeResult Add(WriteSession session, string email, string division, int days)
    {
        var now = time.GetUtcNow();
        if (Tombstones.IsUnderway(session, email))
        {
            return UserChangeResult.Refused(AccountFault.BeingErased);
        }

        // A person who was erased is added on purpose: their telemetry is accepted again.
        Tombstones.Lift(session, email, now);
        session.Execute(UsersSql.InsertMissing, ("email", email), ("now", now.ToUnixTimeMilliseconds()));
        return Save(session, email, RefreshTokenRule.Add(RefreshTokenFacts.Load(session, email, now), division, days), now);
    }

    private UserChangeResult Reissue(WriteSession session, string email, int? days)
    {
        var now = time.GetUtcNow();
        return Save(session, email, RefreshTokenRule.Reissue(RefreshTokenFacts.Load(session, email, now), days), now);
    }

    private static UserChangeResult Save(WriteSession session, string email, TokenIssue issue, DateTimeOffset now)
    {
        if (issue.Fault is { } fault)
        {
            return UserChangeResult.Refused(fault);
        }

        if (issue.EndsEarlier)
        {
            session.Execute(UsersSql.DeleteAccess, ("email", email));
            session.Execute(UsersSql.RevokeTokens, ("email", email));
        }

        if (issue.SetsDivision)
        {
            session.Execute(UsersSql.SetDivision, ("division", issue.Division), ("email", email));
        }

        var token = SecretToken.NewRefresh();
        session.Execute(
            UsersSql.InsertToken,
            ("token", SecretToken.Stored(token)),
            ("email", email),
            ("division", issue.Division),
            ("expires_at", SqlTime.Text(now.AddDays(issue.Days))),
            ("now_text", SqlTime.Text(now)),
            ("days_valid", issue.Days));
        return UserChangeResult.Ok(email, token);
    }

    private async Task<UserChangeResult> RunAsync(Actor actor, string action, string detail, Func<WriteSession, UserChangeResult> change)
    {
        var tookUp = false;
        var result = await writer.WriteAsync(session =>
        {
            // A token that was inserted manually a moment ago counts too.
            tookUp = ManualTokenHasher.TakeUp(session, time.GetUtcNow()).Count > 0;

            var outcome = change(session);
            if (outcome.IsOk)
            {
                AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, action, outcome.Target, detail));
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

        return result.Or(UserChangeResult.Busy);
    }
}
