using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store.Retention;

/// <summary>Removes everything that a user ever reported, with its part of every figure. Tokens, devices and telemetry stay.</summary>
internal sealed class UsageRemoval(GroupCommitWriter writer, UsageWriter usage, TimeProvider time)
{
    /// <summary>Removes a few turns per transaction, so that reports do not have to wait. Turns removed before a failure stay removed.</summary>
    /// <returns>How many turns were removed, or why none were.</returns>
    public async Task<(UserChangeResult Result, int Turns)> ForgetAsync(Actor actor, string? email)
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
        if (found.Status != WriteStatus.Committed || found.Value is not { } user)
        {
            return (UserChangeResult.Refused(found.Status == WriteStatus.Committed ? AccountFault.UnknownUser : AccountFault.Busy), 0);
        }

        var turns = 0;
        WriteResult<int> removed;
        do
        {
            removed = await writer.WriteAsync(session => RetentionJob.Remove(session, usage, user, long.MaxValue));
            turns += removed.Value;
        }
        while (removed is { Status: WriteStatus.Committed, Value: > 0 });

        while (removed.Status == WriteStatus.Committed && usage.AreWindowsBehind)
        {
            removed = await writer.WriteAsync(_ =>
            {
                usage.GoOnWithWindows();
                return 0;
            });
        }

        return (removed.Status == WriteStatus.Committed ? UserChangeResult.Ok(address) : UserChangeResult.Refused(AccountFault.Busy), turns);
    }
}
