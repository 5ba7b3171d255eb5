using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>Maps an installation that sends no e-mail address to a user. Its figures follow at once, including those of the past.</summary>
internal sealed class InstallationMapping(GroupCommitWriter writer, SubjectWakeSignal moves, TimeProvider time)
{
    /// <param name="actor">Who makes the change.</param>
    /// <param name="subjectId">Id in <c>telemetry_subjects</c>.</param>
    /// <param name="email">A known user; null or empty removes the mapping.</param>
    public async Task<UserChangeResult> MapAsync(Actor actor, long subjectId, string? email)
    {
        var address = UserRules.Normalize(email);
        var result = await writer.WriteAsync(session => Map(session, actor, subjectId, address));
        moves.Give();
        return result.Or(UserChangeResult.Busy);
    }

    private UserChangeResult Map(WriteSession session, Actor actor, long subjectId, string email)
    {
        long? user = email.Length == 0 ? null : session.Scalar(TelemetryTokensSql.SelectUser, ("email", email));
        if ((user is null && email.Length > 0) || session.Execute(TelemetryTokensSql.MapInstall, ("user", user), ("subject", subjectId)) == 0)
        {
            return UserChangeResult.Refused(AccountFault.UnknownUser);
        }

        AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, "telemetry.map", email, $"installation {subjectId.ToString(CultureInfo.InvariantCulture)}"));
        return UserChangeResult.Ok(email);
    }
}
