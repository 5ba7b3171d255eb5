using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>The name under which a model's usage counts. A local server answers with whatever name it was started with, often the path of a
/// file; a path on the user's machine never becomes part of a name.</summary>
internal static class ModelName
{
    /// <summary>The name of answers that name no model.</summary>
    public const string Unknown = "unknown";

    /// <summary>The name of a model whose path leaves nothing that may be reported.</summary>
    public const string Local = "local";

    private const int MaxWritten = 1024;

    private static readonly string[] FileEndings =
        [".gguf", ".ggml", ".bin", ".safetensors", ".pt", ".pth", ".ckpt", ".onnx", ".mlx", ".mlpackage", ".llamafile", ".engine", ".tflite"];

    private static readonly string[] FoldersOfHomes = ["home", "Users", "Documents and Settings"];

    /// <summary>From the text of a JSON string as written, including escapes.</summary>
    public static string OfJson(ReadOnlySpan<byte> written)
    {
        if (written.IsEmpty || written.Length > MaxWritten)
        {
            return Unknown;
        }

        return Of(written.Contains((byte)'\\') ? Unescape(written) : Encoding.UTF8.GetString(written));
    }

    /// <summary>At least one character and at most <see cref="ReportLimits.MaxModelName"/>, without control characters. A path is reduced to its
    /// last part, or to <see cref="Local"/>; names such as <c>anthropic/claude-opus-4.8</c> stay.</summary>
    public static string Of(string name)
    {
        name = string.Concat(name.Where(c => !char.IsControl(c))).Trim();
        if (LooksLikePath(name))
        {
            name = LastPart(name);
        }

        if (name.Length > ReportLimits.MaxModelName)
        {
            var length = ReportLimits.MaxModelName;
            name = name[..(char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)];
        }

        return name.Length > 0 ? name : Unknown;
    }

    private static string Unescape(ReadOnlySpan<byte> written)
    {
        try
        {
            var reader = new Utf8JsonReader([(byte)'"', .. written, (byte)'"']);
            return reader.Read() ? reader.GetString()! : string.Empty;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // Invalid escapes: the backslashes make it a path, of which only the last part is kept.
            return Encoding.UTF8.GetString(written);
        }
    }

    /// <summary>Starts as a path does, contains a Windows separator, contains "..", or has separators and the extension of a model file.</summary>
    private static bool LooksLikePath(string name) =>
        name.Length > 0
        && (name[0] is '/' or '~' or '.' or '$' or '%'
            || name.Contains('\\', StringComparison.Ordinal)
            || (name.Length > 2 && name[1] == ':' && name[2] == '/' && char.IsAsciiLetter(name[0]))
            || name.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || name.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            || name.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            || name.Contains("/../", StringComparison.Ordinal)
            || (name.Contains('/', StringComparison.Ordinal)
                && (IsInHome(name) || FileEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))));

    /// <summary><c>home/dev/models/x</c>, also after a scheme, a host or a mount.</summary>
    private static bool IsInHome(string name) =>
        name.Split('/') is var parts && parts.Take(parts.Length - 1).Any(part => part is "home" or "Users");

    private static string LastPart(string path)
    {
        var parts = path
            .Replace("%2f", "/", StringComparison.OrdinalIgnoreCase)
            .Replace("%5c", "/", StringComparison.OrdinalIgnoreCase)
            .Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0)
        {
            return Local;
        }

        var last = parts[^1].StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? parts[^1]["file:".Length..] : parts[^1];
        var isHome = parts.Length > 1 && FoldersOfHomes.Contains(parts[^2], StringComparer.OrdinalIgnoreCase);
        return isHome || last.Length == 0 || last[0] is '~' or '.' or '$' or '%' || last.EndsWith(':') ? Local : last;
    }
}
