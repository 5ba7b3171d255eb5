using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The vault's accounts as quota polls them: with the access token that is stored, for one request at a time.</summary>
internal sealed class VaultTargets(VaultBook book) : IQuotaTargets
{
    public async ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken) =>
        [.. (await book.AllAsync(cancellationToken)).Select(account => new OAuthAccount(
            account.Key, account.Label, account.Email, string.Create(CultureInfo.InvariantCulture, $"{account.Fingerprint} {account.RefreshedAt.ToUnixTimeMilliseconds()}")))];

    public async ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken) => await book.AccessTokenAsync(accountKey, cancellationToken);
}
