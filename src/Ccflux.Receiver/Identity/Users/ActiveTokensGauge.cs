using System.Diagnostics.Metrics;
using Ccflux.Receiver.Platform.Metrics;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>The number of valid access tokens, as of the last scrape.</summary>
internal sealed class ActiveTokensGauge : IBeforeScrape
{
    private readonly AccessTokenStore _tokens;
    private long _active;

    public ActiveTokensGauge(IMeterFactory meters, AccessTokenStore tokens)
    {
        _tokens = tokens;
        meters.Create(IdentityMetrics.MeterName)
            .CreateObservableGauge("ccflux.active_access_tokens", () => Interlocked.Read(ref _active), "{token}", "Access tokens that are neither expired nor ended.");
    }

    public async Task RefreshAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _active, await _tokens.CountActiveAsync(cancellationToken));
}
