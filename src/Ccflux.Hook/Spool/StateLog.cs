using System.Globalization;
using System.Text;

namespace Ccflux.Hook.Spool;

/// <summary><c>activity.log</c> and <c>errors.log</c>: 64 KiB each; when full, the newer half is kept. They name sessions, counts and
/// reasons, never content and never a secret. A log that cannot be written (read-only home, full disk) is no reason to disturb the user.</summary>
internal sealed class StateLog(StateDirectory state, TimeProvider time)
{
    public const int MaxBytes = 64 * 1024;

    public void Activity(string text) => Append(state.ActivityLog, text);

    public void Error(string text) => Append(state.ErrorLog, text);

    private void Append(string path, string text)
    {
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var line = Encoding.UTF8.GetBytes($"{stamp} {text.ReplaceLineEndings(" ")}\n");
        try
        {
            if (state.Refusal() is not null || new FileInfo(path).LinkTarget is not null)
            {
                return; // status says so
            }

            Trim(path);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(line);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is nowhere to report it.
        }
    }

    private static void Trim(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > MaxBytes })
        {
            return;
        }

        var bytes = File.ReadAllBytes(path);
        var half = bytes.AsSpan(bytes.Length - (MaxBytes / 2));
        var start = half.IndexOf((byte)'\n') + 1;
        AtomicFile.Write(path, half[start..]);
    }
}
