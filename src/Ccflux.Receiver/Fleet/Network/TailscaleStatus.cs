using System.Text.Json;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>A host that Tailscale serves, and where it leads.</summary>
/// <param name="Host">Such as <c>name.tailnet.ts.net:443</c>.</param>
/// <param name="Target">Such as <c>http://127.0.0.1:8080</c>; null if it is not a proxy.</param>
/// <param name="IsFunnel">Open to the Internet, not only to the tailnet.</param>
internal sealed record Served(string Host, string? Target, bool IsFunnel);

/// <summary>The state that the machine's tailscaled reports.</summary>
/// <param name="State"><c>Running</c>, <c>Stopped</c>, <c>NeedsLogin</c>, …</param>
internal sealed record TailscaleStatus(string State, string Name, bool IsOnline, IReadOnlyList<Served> Serves)
{
    private const int MaxServes = 20;

    /// <param name="status"><c>{"BackendState":"Running","Self":{"DNSName":"name.tailnet.ts.net.","Online":true}}</c></param>
    /// <param name="serve"><c>{"Web":{"name…:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:8080"}}}},"AllowFunnel":{"name…:443":true},"Foreground":{ID:{…}}}</c>, or null.</param>
    public static TailscaleStatus Parse(ReadOnlyMemory<byte> status, ReadOnlyMemory<byte> serve)
    {
        using var document = JsonDocument.Parse(status);
        var root = document.RootElement;
        var self = Member(root, "Self");
        var serves = new List<Served>();
        using (var config = JsonDocument.Parse(serve))
        {
            Collect(config.RootElement, serves);
            foreach (var session in Members(Member(config.RootElement, "Foreground")))
            {
                Collect(session.Value, serves);
            }
        }

        return new TailscaleStatus(
            Text(root, "BackendState") ?? "", Text(self, "DNSName")?.TrimEnd('.') ?? "", Member(self, "Online") is { ValueKind: JsonValueKind.True }, [.. serves.Take(MaxServes)]);
    }

    private static void Collect(JsonElement config, List<Served> serves)
    {
        var funnels = Member(config, "AllowFunnel");
        foreach (var host in Members(Member(config, "Web")))
        {
            var isFunnel = Member(funnels, host.Name) is { ValueKind: JsonValueKind.True };
            serves.AddRange(Members(Member(host.Value, "Handlers")).Select(handler => new Served(host.Name, Text(handler.Value, "Proxy"), isFunnel)));
        }
    }

    private static JsonElement Member(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) ? value : default;

    private static JsonElement.ObjectEnumerator Members(JsonElement item) => item.ValueKind == JsonValueKind.Object ? item.EnumerateObject() : default;

    private static string? Text(JsonElement item, string name) => Member(item, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
