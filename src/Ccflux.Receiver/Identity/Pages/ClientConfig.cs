using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>The client's <c>config.json</c>, for manual installation.</summary>
internal static class ClientConfig
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Json(string address, string token) =>
        JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["endpoint"] = address, ["token"] = token }, s_readable);
}
