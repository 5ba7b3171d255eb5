using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>The settings that a machine needs to send telemetry, as text to paste: for each shell, and as managed settings for a whole organisation.</summary>
internal static class ClientSettings
{
    /// <summary>Takes the token's place while there is none to show.</summary>
    public const string Placeholder = "<telemetry token>";

    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<(string Name, string Value)> Variables(string address, string token) =>
    [
        ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address),
        ("OTEL_EXPORTER_OTLP_HEADERS", $"Authorization=Bearer {token}"),
    ];

    public static string Bash(string address, string token) => Lines(address, token, (name, value) => $"export {name}=\"{value}\"");

    public static string Fish(string address, string token) => Lines(address, token, (name, value) => $"set -Ux {name} \"{value}\"");

    public static string PowerShell(string address, string token) =>
        Lines(address, token, (name, value) => $"[Environment]::SetEnvironmentVariable(\"{name}\", \"{value}\", \"User\")");

    public static string CommandPrompt(string address, string token) => Lines(address, token, (name, value) => $"setx {name} \"{value}\"");

    /// <summary>The organisation's <c>managed-settings.json</c>, or anyone's <c>settings.json</c>.</summary>
    public static string Managed(string address, string token) => JsonSerializer.Serialize(
        new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["env"] = Variables(address, token).ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal),
        },
        s_readable);

    private static string Lines(string address, string token, Func<string, string, string> line) =>
        string.Join('\n', Variables(address, token).Select(variable => line(variable.Name, variable.Value)));
}
