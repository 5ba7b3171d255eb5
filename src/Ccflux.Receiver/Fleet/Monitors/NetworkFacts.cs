using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.CloudflareAccess;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>How the receiver is reached and what protects it. Each line is based on an observation, or states that nothing could be observed.</summary>
internal sealed class NetworkFacts(
    IServer server, HttpOptions http, BrowserCookies cookies, AdminSessions sessions, CloudflareAccessOptions access, CloudflareAccessKeys accessKeys, CloudflareAccessCounters counters, TransportStats transports, NetworkWatch watch, HttpCheck check, TimeProvider time)
{
    /// <summary>Issuers renew a month ahead: less than this means that renewal is not working.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);


    /// <param name="address">The URL that people use: BASE_URL, else that of this request.</param>
    /// <param name="request">The request that the page answers.</param>
    public async Task<IReadOnlyList<NetworkFact>> ReadAsync(string address, HttpRequest request)
    {
        var listening = Listening.Parse(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        var (admins, viewers) = await sessions.CountAsync(request.HttpContext.RequestAborted);
        return
        [
            new("URL", FactState.Plain, http.BaseUrl is null ? $"{address} (from this request; BASE_URL is not set)" : address),
            Tls(),
            .. Certificate(),
            new("Listening", listening.All(one => one.IsLocal) ? FactState.Good : FactState.Plain, Listening.Text(listening)),
            new("Open ports", FactState.Unseen, "What a firewall or a proxy lets through cannot be seen from here"),
            Proxies(),
            Tailscale(watch.Seen.Tailscale, listening),
            Tunnel(watch.Seen.Cloudflared),
            Access(),
            new("Signed in", FactState.Plain, $"{Count(admins, "session")} with the admin's token, {Count(viewers, "session")} with the viewer's{(cookies.IsSecure(request) ? "" : "; the cookie would also be sent over plain HTTP (COOKIE_SECURE)")}"),
        ];
    }

    private NetworkFact Tls()
    {
        if (transports.Last(Transport.RemotePlain) is not null)
        {
            return new("TLS", FactState.Bad, $"{Count(transports.Count(Transport.RemotePlain), "request")} arrived over a network without TLS since the start");
        }

        if (transports.Last(Transport.ProxiedPlain) is not null)
        {
            return new("TLS", FactState.Bad, $"The proxy accepted {Count(transports.Count(Transport.ProxiedPlain), "request")} without TLS since the start");
        }

        return transports.Last(Transport.ProxiedTls) is not null ? new("TLS", FactState.Good, "Terminated at the trusted proxy; no request arrived without TLS since the start")
            : transports.Last(Transport.DirectTls) is not null ? new("TLS", FactState.Good, "Terminated in the receiver")
            : new("TLS", FactState.Unseen, "Only requests from this machine were seen since the start; they do not show whether a proxy uses TLS");
    }

    /// <summary>The certificate that the check of the public URL saw. Yields nothing if there is no public URL.</summary>
    private IEnumerable<NetworkFact> Certificate()
    {
        if (!Uri.TryCreate(http.BaseUrl, UriKind.Absolute, out var address) || !string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
        {
            yield break;
        }

        yield return check.CertificateEndsAt(address) is not { } end
            ? new("Certificate", FactState.Unseen, "The public URL has presented none since the start")
            : end <= time.GetUtcNow() ? new("Certificate", FactState.Bad, "The certificate of the public URL has expired")
            : new("Certificate", end - time.GetUtcNow() < s_soon ? FactState.Warning : FactState.Good, $"For the public URL, valid for {OwnMonitorView.Left(end - time.GetUtcNow())}");
    }

    private NetworkFact Proxies()
    {
        var unbelieved = transports.Count(Transport.Unbelieved);
        var trusted = http.TrustedProxies is { } list ? $"Trusted: {list}" : "None is trusted (TRUSTED_PROXIES)";
        return unbelieved == 0
            ? new("Proxies", FactState.Plain, trusted)
            : new("Proxies", FactState.Warning, $"{trusted}; {Count(unbelieved, "request")} carried forwarding headers from an untrusted sender, which were ignored");
    }

    private static NetworkFact Tailscale(ProbeResult<TailscaleStatus> result, IReadOnlyList<Listening> listening)
    {
        if (result.Value is not { } status)
        {
            return new("Tailscale", FactState.Unseen, $"Cannot be seen: {result.Unseen}");
        }

        if (!string.Equals(status.State, "Running", StringComparison.Ordinal))
        {
            return new("Tailscale", FactState.Warning, $"Not running ({status.State})");
        }

        var ours = status.Serves.Where(one => Listening.LeadsHere(listening, one.Target)).ToList();
        var funnel = ours.FirstOrDefault(one => one.IsFunnel);
        var text = funnel is not null ? $"Funnel is on: {funnel.Host} leads here from the Internet over HTTPS"
            : ours is [var served, ..] ? $"{served.Host} leads here from the tailnet; Funnel is off"
            : $"Connected as {status.Name}; it serves nothing that leads here";
        return new("Tailscale", status.IsOnline ? FactState.Good : FactState.Warning, status.IsOnline ? text : $"{text}; it is offline");
    }

    private static NetworkFact Tunnel(ProbeResult<CloudflaredStatus> result) => result.Value switch
    {
        null => new("Cloudflare Tunnel", FactState.Unseen, $"Cannot be seen: {result.Unseen}"),
        { Connections: 0 } => new("Cloudflare Tunnel", FactState.Bad, "cloudflared runs but has no connection"),
        var status => new("Cloudflare Tunnel", FactState.Good, $"{Count(status.Connections, "connection")} to Cloudflare; where it leads is configured at Cloudflare and cannot be seen here"),
    };

    private NetworkFact Access()
    {
        if (!access.IsOn)
        {
            return new("Cloudflare Access", FactState.Plain, "Not required (CF_ACCESS_TEAM and CF_ACCESS_AUD are not set)");
        }

        var refused = counters.Refused == 0 ? "" : $"; {Count(counters.Refused, "request")} refused since the start";
        return accessKeys.Count > 0
            ? new("Cloudflare Access", FactState.Good, $"Required and verified, team {access.Team}{refused}")
            : new("Cloudflare Access", FactState.Bad, $"Required, but the team's keys could not be fetched{refused}");
    }

    private static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
