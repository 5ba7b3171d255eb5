using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>Stores the plan that the admin sets for a person. It takes precedence over the tier that usage infers.</summary>
internal sealed class PlanStore(GroupCommitWriter writer, TimeProvider time)
{
    public const int MaxLength = 40;

    /// <summary>Usual names of plans; any other name is accepted too.</summary>
    public const string Examples = "Pro, Max 5×, Max 20×, Team, Enterprise";

    /// <param name="actor">Who makes the change.</param>
    /// <param name="person">An e-mail address, or the name under which telemetry without one is shown, in lower case.</param>
    /// <param name="plan">Empty removes it.</param>
    public async Task<UserChangeResult> SetAsync(AuditActor actor, string person, string plan)
    {
        var result = await writer.WriteAsync(session =>
        {
            if (plan.Length == 0)
            {
                session.Execute(TelemetryTokensSql.RemovePlan, ("person", person));
            }
            else
            {
                session.Execute(TelemetryTokensSql.SetPlan, ("person", person), ("plan", plan), ("now", time.GetUtcNow().ToUnixTimeMilliseconds()));
            }

            AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, "telemetry.plan", person, plan.Length == 0 ? "removed" : plan));
            return UserChangeResult.Ok(person);
        });
        return result.Or(UserChangeResult.Busy);
    }
}
