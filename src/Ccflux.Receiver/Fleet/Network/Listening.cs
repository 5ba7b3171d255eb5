using System.Net;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>An address and port that the process listens on.</summary>
/// <param name="IsLocal">Reachable from this machine only.</param>
internal sealed record Listening(string Host, int Port, bool IsLocal)
{
    /// <param name="addresses">As the server lists them: <c>http://127.0.0.1:8080</c>, <c>http://[::]:4318</c>.</param>
    public static IReadOnlyList<Listening> Parse(IEnumerable<string> addresses) =>
        [.. addresses.Where(address => Uri.TryCreate(address, UriKind.Absolute, out _)).Select(address => new Uri(address)).Select(uri => new Listening(uri.Host, uri.Port, IsLoopback(uri)))];

    /// <summary>Lists each host once with its ports: <c>127.0.0.1:8080, 4317 (this machine only)</c>.</summary>
    public static string Text(IReadOnlyList<Listening> all) => all.Count == 0 ? "Nothing visible" : string.Join("; ", all.GroupBy(one => one.Host, StringComparer.Ordinal).Select(group =>
        $"{group.Key}:{string.Join(", ", group.Select(one => one.Port.ToString(CultureInfo.InvariantCulture)))} ({Reach(group.First())})"));

    /// <summary>Whether a proxy's target is one of these.</summary>
    public static bool LeadsHere(IReadOnlyList<Listening> all, string? target)
    {
        var address = target is null ? null : target.Contains("://", StringComparison.Ordinal) ? target : "http://" + target;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback && all.Any(one => one.Port == uri.Port);
    }

    private static bool IsLoopback(Uri uri) => IPAddress.TryParse(uri.DnsSafeHost, out var address) ? IPAddress.IsLoopback(address) : uri.IsLoopback;

    private static string Reach(Listening one) =>
        one.IsLocal ? "this machine only" : IPAddress.TryParse(one.Host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) ? "every interface" : "that interface";
}
