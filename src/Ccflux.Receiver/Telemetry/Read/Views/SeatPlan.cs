using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A user's plan, as set by the admin or inferred as a tier.</summary>
/// <param name="WindowTokens">Tokens, input and output, that five hours of it allow; null if unknown.</param>
/// <param name="IsSet">True if the admin set it.</param>
public sealed record SeatPlan(string Name, long? WindowTokens, bool IsSet = false)
{
    /// <summary>What the admin set takes precedence over the tier; only the tier tells how much five hours allow.</summary>
    public static IReadOnlyDictionary<string, SeatPlan> Set(IReadOnlyDictionary<string, SeatPlan> tiers, IEnumerable<(string Person, string Plan)> set)
    {
        var plans = new Dictionary<string, SeatPlan>(tiers, StringComparer.Ordinal);
        foreach (var (person, plan) in set)
        {
            plans[person] = new SeatPlan(plan, tiers.GetValueOrDefault(person)?.WindowTokens, IsSet: true);
        }

        return plans;
    }
}

/// <summary>A port: provides plans. Telemetry reads them by e-mail address and knows nothing else about them.</summary>
internal interface ISeatPlans
{
    /// <summary>Those of users within the data scope.</summary>
    Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Used while plans are not known.</summary>
internal sealed class NoSeatPlans : ISeatPlans
{
    public Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(DataScope allowed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, SeatPlan>>(new Dictionary<string, SeatPlan>(StringComparer.Ordinal));
}
