using System.Net;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// Refuses requests for a host that is not ours. Another site can make its own name resolve to this receiver's IP address and would then
/// count as the same origin; but it cannot send any name other than its own.
/// </summary>
internal sealed partial class HostCheck(HttpOptions options, TimeProvider time, ILogger<HostCheck> logger)
{
    /// <summary>A refusal is worth a log line, a flood of them is not.</summary>
    private readonly KeyedRateLimiter _logged = new(1, 5, 1, time);

    private readonly HashSet<string> _names = new(NamesOf(options), StringComparer.OrdinalIgnoreCase);
    private readonly string[] _suffixes = [.. HostListAttribute.Parse(options.AllowedHosts).Where(name => name.StartsWith("*.", StringComparison.Ordinal)).Select(name => name[1..])];
    private readonly bool _takesAll = HostListAttribute.Parse(options.AllowedHosts).Contains("*", StringComparer.Ordinal);

    /// <summary>True for BASE_URL's host, ALLOWED_HOSTS, IP addresses, the loopback names and the machine's own name. A request without a host
    /// does not come from a browser and is allowed.</summary>
    public bool Allows(HostString host) =>
        _takesAll
        || !host.HasValue
        || HostNames.IsAddress(host.Host)
        || HostNames.IsLoopback(host.Host)
        || IsNamed(HostNames.Bare(host.Host));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Allows(context.Request.Host))
        {
            await next(context);
            return;
        }

        if (_logged.TryTake("host", out _))
        {
            Log.Refused(logger, RequestLimits.AddressOf(context));
        }

        await Refusals.WrongHost.ExecuteAsync(context);
    }

    private static IEnumerable<string> NamesOf(HttpOptions options)
    {
        if (options.BaseUrl is { } address)
        {
            yield return HostNames.Bare(new Uri(address).IdnHost);
        }

        foreach (var name in HostListAttribute.Parse(options.AllowedHosts))
        {
            yield return HostNames.Bare(name);
        }

        // On a home network, people use a machine's own name, alone or with the suffix of multicast DNS.
        var machine = Dns.GetHostName();
        yield return machine;
        yield return machine + ".local";
    }

    private bool IsNamed(string name) => _names.Contains(name) || Array.Exists(_suffixes, suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A request from {Address} was refused: its host is neither BASE_URL's nor in ALLOWED_HOSTS")]
        public static partial void Refused(ILogger logger, string address);
    }
}
