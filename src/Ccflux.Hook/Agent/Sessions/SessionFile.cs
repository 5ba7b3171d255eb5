using System.Globalization;
using System.Text;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>What hooks have recorded of a session.</summary>
/// <param name="Process">The client that the session runs in.</param>
/// <param name="State">Idle or turn; the call files say whether a tool call is open.</param>
/// <param name="Since">Epoch milliseconds.</param>
/// <param name="Model">As the client named it; null if it did not.</param>
/// <param name="TranscriptPath">Path of its transcript; null if unknown.</param>
internal sealed record SessionRecord(ProcessIdentity Process, string State, long Since, string? Model, string? TranscriptPath)
{
    private const int MaxBytes = 8192;

    // 4242 \t 987654 \t turn \t 1795264000000 \t claude-opus-5-5 \t /home/dev/.claude/projects/-home-dev-proj/9f1a….jsonl

    /// <summary>Null if there is none, or it cannot be read.</summary>
    public static SessionRecord? Read(string path)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        var length = OperatingSystem.IsWindows() ? ReadOnWindows(path, bytes) : Posix.ReadSmallFile(path, bytes);
        if (length <= 0)
        {
            return null;
        }

        var fields = Encoding.UTF8.GetString(bytes[..length]).Split('\t');
        return fields.Length == 6
            && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            && fields[2] is SessionState.Idle or SessionState.Turn
            && long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var since)
            ? new SessionRecord(new ProcessIdentity(process, started), fields[2], since, OrNull(fields[4]), OrNull(fields[5]))
            : null;
    }

    /// <summary>Writes the file atomically; it need not survive a power failure.</summary>
    public void Write(string path)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Process.Id}\t{Process.Started}\t{State}\t{Since}\t{OneField(Model, FleetLimits.MaxModelName)}\t{OneField(TranscriptPath, 4096)}");
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), toDisk: false);
    }

    private static string? OrNull(string text) => text.Length > 0 ? text : null;

    private static string OneField(string? text, int most) => text is { } value && value.Length <= most && !value.AsSpan().ContainsAnyInRange('\0', '\x1f') ? value : "";

    private static int ReadOnWindows(string path, Span<byte> bytes) =>
        AtomicFile.Read(path) is { } content && content.Length <= bytes.Length && content.AsSpan().TryCopyTo(bytes) ? content.Length : -1;
}
