using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The vault's accounts for quota to poll, each with its stored access token for one request at a time.</summary>
internal sealed class VaultQuotaTargets(VaultStore vault) : IQuotaTargets
{
    public async ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken) =>
        [.. (await vault.AllAsync(cancellationToken)).Select(account => new OAuthAccount(
            account.Key, account.Label, account.Email, string.Create(CultureInfo.InvariantCulture, $"{account.Fingerprint} {account.RefreshedAt.ToUnixTimeMilliseconds()}")))];

    public async ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken) => await vault.AccessTokenAsync(accountKey, cancellationToken);
}
