namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>A user's plan, as the admin set it or as the tier says.</summary>
/// <param name="WindowTokens">Tokens, input and output, that five hours of it hold; null where that is not known.</param>
internal sealed record SeatPlan(string Name, long? WindowTokens);

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
