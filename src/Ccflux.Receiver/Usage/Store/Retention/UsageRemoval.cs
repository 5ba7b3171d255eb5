using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Removes everything that a user ever reported, with its part of every figure. Tokens, devices and telemetry stay.</summary>
internal sealed class UsageRemoval(GroupCommitWriter writer, UsageWriter usage, TimeProvider time)
{
    /// <summary>Removes a few turns per transaction, so that reports do not have to wait. Turns removed before a failure stay removed.</summary>
    /// <returns>How many turns were removed, or why none were.</returns>
    public async Task<(UserChangeResult Result, int Turns)> ForgetAsync(AuditActor actor, string? email)
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

        var turns = 0;
        WriteResult<int> removed;
        do
        {
            removed = await writer.WriteAsync(session => RetentionJob.Remove(session, usage, user, long.MaxValue));
            turns += removed.Value;
        }
        while (removed.Or(0) > 0);

        while (removed.IsCommitted && usage.AreWindowsBehind)
        {
            removed = await writer.WriteAsync(_ =>
            {
                usage.GoOnWithWindows();
                return 0;
            });
        }

        return (removed.IsCommitted ? UserChangeResult.Ok(address) : UserChangeResult.Busy, turns);
    }
}
