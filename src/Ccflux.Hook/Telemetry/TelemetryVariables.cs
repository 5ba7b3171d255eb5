using System.Buffers;

namespace Ccflux.Hook.Telemetry;

/// <summary>The environment variables that make Claude Code send its telemetry to the receiver.</summary>
internal static class TelemetryVariables
{
    public const string Enable = "CLAUDE_CODE_ENABLE_TELEMETRY";
    public const string Metrics = "OTEL_METRICS_EXPORTER";
    public const string Logs = "OTEL_LOGS_EXPORTER";
    public const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string Headers = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>Characters with a special meaning in a list of headers.</summary>
    private static readonly SearchValues<char> s_special = SearchValues.Create(",;=%\"\\");

    public static IReadOnlyList<string> All { get; } = [Enable, Metrics, Logs, Protocol, Endpoint, Headers];

    /// <summary>The protocol is always included: some versions of the client export nothing without it.</summary>
    /// <param name="receiver">The receiver's URL.</param>
    /// <param name="token">The telemetry token; null leaves the headers out.</param>
    public static IReadOnlyDictionary<string, string> For(Uri receiver, string? token)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Enable] = "1",
            [Metrics] = "otlp",
            [Logs] = "otlp",
            [Protocol] = "http/protobuf",
            [Endpoint] = receiver.ToString().TrimEnd('/'),
        };
        if (token is not null)
        {
            variables[Headers] = $"Authorization=Bearer {token}";
        }

        return variables;
    }

    /// <summary>Whether a token can be used in a list of headers as it is.</summary>
    public static bool IsToken(string token) =>
        token.Length is > 0 and <= 4096 && !token.AsSpan().ContainsAnyExceptInRange('!', '~') && !token.AsSpan().ContainsAny(s_special);
}
