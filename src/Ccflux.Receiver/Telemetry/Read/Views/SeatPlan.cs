namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A user's plan, as the admin set it or as the tier says.</summary>
/// <param name="WindowTokens">Tokens, input and output, that five hours of it hold; null where that is not known.</param>
/// <param name="IsSet">True where the admin set it.</param>
public sealed record SeatPlan(string Name, long? WindowTokens, bool IsSet = false)
{
    /// <summary>What the admin set stands before the tier; how much five hours hold is known by the tier alone.</summary>
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

/// <summary>Where plans are known. Telemetry reads them by e-mail and knows no more of it.</summary>
internal interface ISeatPlans
{
    Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>While nobody knows plans.</summary>
internal sealed class NoSeatPlans : ISeatPlans
{
    public Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, SeatPlan>>(new Dictionary<string, SeatPlan>(StringComparer.Ordinal));
}
