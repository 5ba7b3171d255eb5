using System.Text;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>Finds the last model named in a transcript by searching its end, without parsing the text around it.</summary>
internal static class TranscriptTail
{
    private const int Tail = 64 * 1024;

    // …"message":{"model":"claude-opus-5-5","id":"msg_01…",…

    /// <summary>Null if the transcript does not exist, or its end names no model.</summary>
    public static string? LastModel(string? path)
    {
        if (path is null || !File.Exists(path))
        {
            return null;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[Math.Min(file.Length, Tail)];
        file.Seek(-bytes.Length, SeekOrigin.End);
        var rest = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        var key = "\"model\":\""u8;
        for (var at = rest.LastIndexOf(key); at >= 0; at = rest.LastIndexOf(key))
        {
            var value = rest[(at + key.Length)..];
            var end = value.IndexOf((byte)'"');
            if (end > 0 && value.StartsWith("claude-"u8))
            {
                return Encoding.UTF8.GetString(value[..end]);
            }

            rest = rest[..at];
        }

        return null;
    }
}
