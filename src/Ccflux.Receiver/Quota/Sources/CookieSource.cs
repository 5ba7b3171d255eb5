using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>Polls one account at claude.ai with the operator's own cookies. Off until they are configured; it only ever reads.</summary>
internal sealed class CookieSource(QuotaOptions options, UsageRequest usage) : IPollSource
{
    private readonly EnvFile _file = new(options.EnvFile);

    public ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken)
    {
        var cookies = Cookies.Read(options, _file);
        IReadOnlyList<PollTarget> targets = cookies.IsConfigured
            ? [new PollTarget(new AccountIdentity(cookies.OrganizationId ?? "claude.ai", AccountIdentity.Polled, QuotaSource.ClaudeAi, options.Label, ""), cookies.Stamp)]
            : [];
        return ValueTask.FromResult(targets);
    }

    public async Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken)
    {
        var cookies = Cookies.Read(options, _file);
        if (!cookies.IsUsable)
        {
            return PollOutcome.Failed(PollFailure.NoCredential);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{options.CookieUpstream.TrimEnd('/')}/api/organizations/{cookies.OrganizationId}/usage"));
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Add("Cookie", cookies.Header);
        if (cookies.DeviceId is { } device)
        {
            request.Headers.Add("anthropic-device-id", device);
        }

        if (cookies.AnonymousId is { } anonymous)
        {
            request.Headers.Add("anthropic-anonymous-id", anonymous);
        }

        return await usage.SendAsync(request, UsageAddress.OfOrganization, cancellationToken);
    }

    public PollPolicy Policy(TimeSpan cookieInterval) => PollPolicy.Cookies(cookieInterval);
}
