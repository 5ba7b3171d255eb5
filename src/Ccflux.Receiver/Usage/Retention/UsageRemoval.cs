using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Retention;

/// <summary>Removes everything that a user ever reported, with its part of every figure. Tokens, devices and telemetry stay.</summary>
internal sealed class UsageRemoval(GroupCommitWriter writer, LedgerWriter ledger, TimeProvider time)
{
    /// <summary>Removes a few facts per transaction, so that reports do not have to wait. Those removed before a failure stay removed.</summary>
    /// <returns>How many requests and turns were removed, or why none were.</returns>
    public async Task<(UserChangeResult Result, int Facts)> ForgetAsync(Actor actor, string? email)
    {
        var address = UserRules.Normalize(email);
        var found = await writer.WriteAsync(session =>
        {
            var user = session.Scalar(UsageRetentionSql.SelectUser, ("email", address));
            if (user is not null)
            {
                AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, "user.forget-usage", address, ""));
            }

            return user;
        });
        if (found.Value is not { } user)
        {
            return (found.IsCommitted ? UserChangeResult.Refused(AccountFault.UnknownUser) : UserChangeResult.Busy, 0);
        }

        var facts = 0;
        WriteResult<int> removed;
        do
        {
            removed = await writer.WriteAsync(session => RetentionJob.Remove(session, ledger, user, long.MaxValue, keepActiveHours: false));
            facts += removed.Value;
        }
        while (removed.Or(0) > 0);

        // What is left are sessions of which only limits were reported.
        if (removed.IsCommitted)
        {
            removed = await writer.WriteAsync(session =>
            {
                ledger.ForgetSessions();
                return session.Execute(UsageRetentionSql.DeleteSessions, ("user", user)) + session.Execute(UsageRetentionSql.DeleteShared, ("user", user));
            });
        }

        return (removed.IsCommitted ? UserChangeResult.Ok(address) : UserChangeResult.Busy, facts);
    }
}
