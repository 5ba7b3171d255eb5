namespace Ccflux.Hook.Telemetry;

/// <summary>Whether Claude Code's own telemetry is on for this machine, and what is missing for it to arrive. It contains no secret.</summary>
internal sealed record TelemetryStatus
{
    /// <summary>Whether the client is configured to collect it.</summary>
    public required bool On { get; init; }

    /// <summary>Which source says so: managed settings, settings.json or environment.</summary>
    public string? SetIn { get; init; }

    public string? Protocol { get; init; }

    /// <summary>Where it is sent, without parts that might contain a password.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether headers are set; their text is a secret.</summary>
    public required bool HeadersSet { get; init; }

    /// <summary>Why nothing, or not everything, arrives at the receiver.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>What to set, as <c>NAME=value</c>; empty if nothing is left to do.</summary>
    public required IReadOnlyList<string> ToSet { get; init; }

    public static TelemetryStatus Read(IReadOnlyList<TelemetryLayer> layers, Uri? receiver)
    {
        var enable = Find(TelemetryVariables.Enable);
        var on = enable?.Value.Trim().ToLowerInvariant() is "1" or "true" or "yes" or "on";
        var endpoint = Find(TelemetryVariables.Endpoint)?.Value is { } set ? Address(set) : null;
        var problems = on ? FindProblems().ToArray() : [];
        var wanted = TelemetryVariables.For(receiver ?? new Uri("https://your-receiver"), "YOUR-TELEMETRY-TOKEN");
        return new TelemetryStatus
        {
            On = on,
            SetIn = on ? enable!.Value.Layer : null,
            Protocol = Find(TelemetryVariables.Protocol)?.Value is { } protocol ? Known(protocol) : null,
            Endpoint = endpoint,
            HeadersSet = Find(TelemetryVariables.Headers) is not null,
            Problems = problems,
            ToSet = on && problems.Length == 0 ? [] : [.. wanted.Select(pair => $"{pair.Key}={pair.Value}")],
        };

        (string Layer, string Value)? Find(string name)
        {
            foreach (var layer in layers)
            {
                if (layer.Variables.TryGetValue(name, out var value) && value.Length > 0)
                {
                    return (layer.Name, value);
                }
            }

            return null;
        }

        IEnumerable<string> FindProblems()
        {
            foreach (var exporter in new[] { TelemetryVariables.Metrics, TelemetryVariables.Logs })
            {
                if (Find(exporter)?.Value.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.Ordinal) != true)
                {
                    yield return $"{exporter} is not set to otlp.";
                }
            }

            if (Find(TelemetryVariables.Protocol) is null)
            {
                yield return $"{TelemetryVariables.Protocol} is not set: some versions of Claude Code then export nothing.";
            }

            if (Find(TelemetryVariables.Endpoint) is null)
            {
                yield return $"{TelemetryVariables.Endpoint} is not set.";
            }
            else if (receiver is not null && !IsSameHost(endpoint, receiver))
            {
                yield return "It is sent to a different host than the receiver's.";
            }

            if (Find(TelemetryVariables.Headers) is null)
            {
                yield return $"{TelemetryVariables.Headers} is not set: the receiver requires a telemetry token.";
            }
        }
    }

    private static string Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : "set, but not a web URL";

    /// <summary>A different port counts as the same host: gRPC and a separate OTLP port have one.</summary>
    private static bool IsSameHost(string? endpoint, Uri receiver) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && string.Equals(uri.IdnHost, receiver.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static string Known(string protocol) => protocol is "http/protobuf" or "http/json" or "grpc" ? protocol : "of an unknown kind";
}
