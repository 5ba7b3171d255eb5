using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A port: how full 5-hour limits are. Telemetry reads them by e-mail address and knows nothing else about them.</summary>
internal interface IFiveHourQuotas
{
    /// <summary>Those of users within the data scope that have not reset since they were observed.</summary>
    Task<IReadOnlyDictionary<string, FiveHourQuota>> ReadAsync(DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Used while quotas are not known.</summary>
internal sealed class NoFiveHourQuotas : IFiveHourQuotas
{
    public Task<IReadOnlyDictionary<string, FiveHourQuota>> ReadAsync(DataScope allowed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, FiveHourQuota>>(new Dictionary<string, FiveHourQuota>(StringComparer.Ordinal));
}
