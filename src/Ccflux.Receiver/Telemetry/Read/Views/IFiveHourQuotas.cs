namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A port: how full 5-hour limits are. Telemetry reads them by e-mail and knows no more of them.</summary>
internal interface IFiveHourQuotas
{
    /// <summary>Those that have not reset since they were observed.</summary>
    Task<IReadOnlyDictionary<string, FiveHourQuota>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>While nobody knows quotas.</summary>
internal sealed class NoFiveHourQuotas : IFiveHourQuotas
{
    public Task<IReadOnlyDictionary<string, FiveHourQuota>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, FiveHourQuota>>(new Dictionary<string, FiveHourQuota>(StringComparer.Ordinal));
}
