namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A port: how full the limits of users are. Without an implementation nothing is known.</summary>
internal interface IUserQuotas
{
    /// <summary>By user; those of whom nothing was observed are left out.</summary>
    Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>While nobody knows quotas.</summary>
internal sealed class NoUserQuotas : IUserQuotas
{
    public Task<IReadOnlyDictionary<int, UserQuota>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<int, UserQuota>>(new Dictionary<int, UserQuota>());
}
