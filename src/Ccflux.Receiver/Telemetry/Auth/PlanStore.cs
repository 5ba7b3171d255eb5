using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>The admin says which plan a person has. It stands before the tier that usage infers.</summary>
internal sealed class PlanStore(GroupCommitWriter writer, TimeProvider time)
{
    public const int MaxLength = 40;

    /// <summary>What plans are called as a rule; any other name will do.</summary>
    public const string Examples = "Pro, Max 5×, Max 20×, Team, Enterprise";

    /// <param name="actor">Who says so.</param>
    /// <param name="person">An e-mail or the name that telemetry without one stands under, in lower case.</param>
    /// <param name="plan">Empty takes it back.</param>
    public async Task<UserChangeResult> SetAsync(AuditActor actor, string person, string plan)
    {
        var result = await writer.WriteAsync(connection =>
        {
            if (plan.Length == 0)
            {
                connection.Execute(TelemetryTokensSql.RemovePlan, person);
            }
            else
            {
                connection.Execute(TelemetryTokensSql.SetPlan, person, plan, time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            AuditLog.Write(connection, new AuditEntry(time.GetUtcNow(), actor, "telemetry.plan", person, plan.Length == 0 ? "taken back" : plan));
            return UserChangeResult.Ok(person);
        });
        return result.Status == WriteStatus.Committed ? result.Value! : UserChangeResult.Refused(AccountFault.Busy);
    }
}
