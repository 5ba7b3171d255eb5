namespace Ccflux.Receiver.Quota.Sources;

/// <summary>A port: provides accounts that can be polled with an access token. The implementation keeps the tokens; they are
/// used for one request and stored nowhere here.</summary>
internal interface IQuotaTargets
{
    /// <summary>Called every few seconds.</summary>
    ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken);

    /// <summary>The access token to poll with now; null if there is no valid one.</summary>
    ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken);
}

/// <param name="Key">The account by <see cref="Contracts.Quota.AccountKey"/>, or another stable name.</param>
/// <param name="Label">Its name where no e-mail address may be shown.</param>
/// <param name="Email">Empty if unknown.</param>
/// <param name="Stamp">Changes when its token does; reveals nothing about it.</param>
internal sealed record OAuthAccount(string Key, string Label, string Email, string Stamp);
