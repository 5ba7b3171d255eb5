using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>How the receiver is reached.</summary>
internal sealed class HttpOptions
{
    [ConfigurationKeyName("LISTEN_ADDR"), ListenAddress]
    [Description("IP address and port to listen on, plain HTTP; put a TLS proxy in front of it. [::]:8080 also listens on IPv6.")]
    public string ListenAddress { get; set; } = "0.0.0.0:8080";

    [ConfigurationKeyName("TRUSTED_PROXIES"), ProxyList]
    [Description("IP addresses or networks of reverse proxies, separated by commas (10.0.0.5, 172.16.0.0/12). X-Forwarded-For and -Proto are trusted from these only.")]
    public string? TrustedProxies { get; set; }

    [ConfigurationKeyName("BASE_URL"), BaseAddress]
    [Description("The URL that users reach the receiver at (https://ccflux.example.org), shown on the page of a new token and by `users add`. Unset: taken from the request.")]
    public string? BaseUrl { get; set; }

    [ConfigurationKeyName("ALLOWED_HOSTS"), HostList]
    [Description("Additional host names that the receiver accepts, separated by commas (ccflux.example.org, *.example.org). BASE_URL's host, IP addresses, localhost and the machine's own name are always accepted; other names get 421. * accepts every name.")]
    public string? AllowedHosts { get; set; }

    [ConfigurationKeyName("BODY_LIMIT_KB"), Range(1, 65536)]
    [Description("Maximum size of a request body in KiB, as sent and decompressed.")]
    public int BodyLimitKb { get; set; } = 64;

    [ConfigurationKeyName("RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Reports that a user may send per minute.")]
    public int ReportsPerMinute { get; set; } = 30;

    [ConfigurationKeyName("TOKEN_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Requests per minute to /token and /register-key, per token, and for all unknown tokens from one IP address together.")]
    public int TokensPerMinute { get; set; } = 600;

    [ConfigurationKeyName("ADMIN_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Requests per minute from one IP address to the pages and the API; the admin, viewers and callers who are not signed in are counted separately.")]
    public int PagesPerMinute { get; set; } = 600;

    [ConfigurationKeyName("READ_TIMEOUT_SECONDS"), Range(1, 600)]
    [Description("Seconds after which a page or an API answer that is still reading the database is abandoned with a 503; an export or a CSV file has four times as long.")]
    public int ReadTimeoutSeconds { get; set; } = 15;

    [ConfigurationKeyName("SIGN_IN_ATTEMPTS"), Range(1, 1000)]
    [Description("Wrong admin or viewer tokens from one IP address (IPv6: its /56) before further wrong ones get 429; one more is allowed every minute. The right token is always accepted.")]
    public int SignInAttempts { get; set; } = 10;

    [ConfigurationKeyName("LIVE_CONNECTIONS"), Range(1, 10_000)]
    [Description("Maximum number of pages open for live updates at once: up to a quarter of them by one role at one IP address, three quarters by viewers, half by callers who are not signed in.")]
    public int LiveConnections { get; set; } = 200;
}
