namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Port: how full users' limits are. Without an implementation, nothing is known.</summary>
internal interface IUserQuotas
{
    /// <summary>Quotas by user; users without an observation are left out.</summary>
    Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>Used if no quotas are known.</summary>
internal sealed class NoUserQuotas : IUserQuotas
{
    public Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<int, UserQuota>>(new Dictionary<int, UserQuota>());
}
