using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Port: how full users' limits are. Without an implementation, nothing is known.</summary>
internal interface IUserQuotas
{
    /// <summary>Quotas by user, of those within the data scope; users without an observation are left out.</summary>
    Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Used if no quotas are known.</summary>
internal sealed class NoUserQuotas : IUserQuotas
{
    public Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(DataScope allowed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<int, UserQuota>>(new Dictionary<int, UserQuota>());
}
