using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>How the receiver is reached.</summary>
internal sealed class HttpOptions
{
    [ConfigurationKeyName("LISTEN_ADDR"), ListenAddress]
    [Description("Address and port to listen on, plain HTTP; put a TLS proxy before it. [::]:8080 listens on IPv6 too.")]
    public string ListenAddress { get; set; } = "0.0.0.0:8080";

    [ConfigurationKeyName("TRUSTED_PROXIES"), ProxyList]
    [Description("Addresses or networks of reverse proxies, separated by commas (10.0.0.5, 172.16.0.0/12). X-Forwarded-For and -Proto are believed from these only.")]
    public string? TrustedProxies { get; set; }

    [ConfigurationKeyName("BASE_URL"), BaseAddress]
    [Description("The address users reach the receiver by (https://ccflux.example.org), as the page of a new token and `users add` show it. Unset: taken from the request.")]
    public string? BaseUrl { get; set; }

    [ConfigurationKeyName("ALLOWED_HOSTS"), HostList]
    [Description("Further host names that the receiver is asked for by, separated by commas (ccflux.example.org, *.example.org). BASE_URL's host, IP addresses, localhost and the machine's own name always are; other names get 421. * takes every name.")]
    public string? AllowedHosts { get; set; }

    [ConfigurationKeyName("BODY_LIMIT_KB"), Range(1, 65536)]
    [Description("Largest request body in KiB, as sent and unpacked.")]
    public int BodyLimitKb { get; set; } = 64;

    [ConfigurationKeyName("RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Reports a user may send a minute.")]
    public int ReportsPerMinute { get; set; } = 30;

    [ConfigurationKeyName("TOKEN_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Requests a minute to /token and /register-key, of one token, and of all unknown tokens from one address.")]
    public int TokensPerMinute { get; set; } = 600;

    [ConfigurationKeyName("ADMIN_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("Requests a minute from one address to the pages and the API; the admin, viewers and those who are not signed in are counted apart.")]
    public int PagesPerMinute { get; set; } = 600;

    [ConfigurationKeyName("READ_TIMEOUT_SECONDS"), Range(1, 600)]
    [Description("Seconds after which a page or an API answer that still reads the database is given up with a 503; an export or a CSV file has four times as long.")]
    public int ReadTimeoutSeconds { get; set; } = 15;

    [ConfigurationKeyName("SIGN_IN_ATTEMPTS"), Range(1, 1000)]
    [Description("Wrong admin or viewer tokens from one address (IPv6: its /56) before further wrong ones get 429; one more is allowed every minute. The right token is always taken.")]
    public int SignInAttempts { get; set; } = 10;

    [ConfigurationKeyName("LIVE_CONNECTIONS"), Range(1, 10_000)]
    [Description("Pages that may be open for live updates at once: a quarter of them by one role at one address, three quarters by viewers, half by those who are not signed in.")]
    public int LiveConnections { get; set; } = 200;
}
