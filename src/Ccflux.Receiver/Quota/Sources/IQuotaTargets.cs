namespace Ccflux.Receiver.Quota.Sources;

/// <summary>A port: who has accounts that can be asked about with an access token. Whoever implements it keeps the tokens; they are
/// taken for one request and kept nowhere here.</summary>
internal interface IQuotaTargets
{
    /// <summary>Called every few seconds.</summary>
    ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken);

    /// <summary>The access token to ask with now; null where there is none that holds.</summary>
    ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken);
}

/// <param name="Key">The account by <see cref="Contracts.Quota.AccountKey"/>, or another name that stays.</param>
/// <param name="Label">What it is called where no e-mail may be shown.</param>
/// <param name="Email">Empty where it is not known.</param>
/// <param name="Stamp">Changes when its token does; tells nothing of it.</param>
internal sealed record OAuthAccount(string Key, string Label, string Email, string Stamp);
