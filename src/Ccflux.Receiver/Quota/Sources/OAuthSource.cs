using System.Net.Http.Headers;
using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>Polls accounts with their access tokens, whichever port provides them.</summary>
internal sealed class OAuthSource(QuotaOptions options, IEnumerable<IQuotaTargets> ports, UsageRequest usage) : IPollSource
{
    /// <summary>The most accounts that are polled, over all ports.</summary>
    private const int MaxAccounts = 1000;

    private readonly Uri _address = new($"{options.TokenUpstream.TrimEnd('/')}/api/oauth/usage");

    public async ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken)
    {
        var targets = new List<PollTarget>();
        foreach (var port in ports)
        {
            foreach (var account in await port.AccountsAsync(cancellationToken))
            {
                targets.Add(new PollTarget(new AccountIdentity(account.Key, AccountIdentity.Polled, QuotaSource.OAuth, account.Label, account.Email), account.Stamp));
            }
        }

        return [.. targets.DistinctBy(target => target.Account.Key, StringComparer.Ordinal).Take(MaxAccounts)];
    }

    public async Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken)
    {
        string? token = null;
        foreach (var port in ports)
        {
            token ??= await port.AccessTokenAsync(account.Key, cancellationToken);
        }

        if (token is null || !token.All(c => c is > ' ' and < (char)127))
        {
            return PollOutcome.Failed(PollFailure.NoCredential);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, _address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Add("anthropic-beta", "oauth-2025-04-20");
        return await usage.SendAsync(request, UsageAddress.OfLogin, cancellationToken);
    }

    public PollPolicy Policy(TimeSpan cookieInterval) => PollPolicy.OAuth;
}
