using System.Globalization;
using System.Text;

namespace Ccflux.Hook.Spool;

/// <summary><c>outbox.jsonl</c>: what was read from transcripts and is not acknowledged, one <see cref="OutboxEntry"/> a line, oldest first. It is written before a transcript counts as read, so that
/// what the transcript no longer holds is not lost. <c>outbox_sent</c> has the number of bytes in front that are acknowledged; both go once all are. The one <c>deliver</c> that runs uses it.</summary>
internal sealed class OutboxFile(StateDirectory state)
{
    /// <summary>More is not read from transcripts until some of it is acknowledged: about 150 000 requests.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>Bytes that wait.</summary>
    public long Waiting => Math.Max(0, Length - Sent);

    private long Length => new FileInfo(state.Outbox) is { Exists: true } file ? file.Length : 0;

    private long Sent => AtomicFile.Read(state.OutboxSent) is { } bytes
        && long.TryParse(Encoding.ASCII.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var sent) && sent <= Length
        ? sent
        : 0;

    /// <summary>False if there is no room; nothing is written then.</summary>
    public bool TryAppend(IReadOnlyList<byte[]> lines)
    {
        var size = lines.Sum(line => line.Length + 1L);
        if (Length > 0 && Waiting + size > MaxBytes)
        {
            return false;
        }

        if (Sent > 0 && Length + size > MaxBytes)
        {
            DropSent();
        }

        var length = Length;

        if (length == 0)
        {
            // Of an outbox that is gone.
            File.Delete(state.OutboxSent);
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(state.Outbox, options);
        if (length > 0)
        {
            file.Position = length - 1;
            var isWhole = file.ReadByte() == '\n';
            file.Position = length;
            if (!isWhole)
            {
                file.WriteByte((byte)'\n'); // a crash cut the last line; what it was made of is read again
            }
        }

        foreach (var line in lines)
        {
            file.Write(line);
            file.WriteByte((byte)'\n');
        }

        file.Flush(flushToDisk: true);
        return true;
    }

    /// <summary>The first entries that wait.</summary>
    /// <param name="maxBytes">How many bytes of them; at least one is returned.</param>
    /// <param name="damaged">Number of lines that cannot be read.</param>
    /// <returns>The entries, and how many bytes they are.</returns>
    public (IReadOnlyList<OutboxEntry> Entries, long Bytes) First(int maxBytes, out int damaged)
    {
        damaged = 0;
        if (Waiting == 0)
        {
            return ([], 0);
        }

        using var file = new FileStream(state.Outbox, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Sent;
        var size = maxBytes;
        byte[] buffer;
        int read;
        do
        {
            // A line may be longer than what was asked for.
            buffer = new byte[size];
            file.Position = Sent;
            read = file.ReadAtLeast(buffer, size, throwOnEndOfStream: false);
            size *= 2;
        }
        while (read == buffer.Length && !buffer.AsSpan(0, read).Contains((byte)'\n'));

        var entries = new List<OutboxEntry>();
        long bytes = 0;
        while (buffer.AsSpan((int)bytes, read - (int)bytes) is { Length: > 0 } rest)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0 && read == buffer.Length)
            {
                break;
            }

            var line = end < 0 ? rest : rest[..end];
            if (OutboxEntry.Parse(line) is { } entry)
            {
                entries.Add(entry);
            }
            else if (!line.IsEmpty)
            {
                damaged++;
            }

            bytes += line.Length + (end < 0 ? 0 : 1);
        }

        return (entries, bytes);
    }

    /// <summary>Notes that the first bytes that waited need not be sent any more.</summary>
    public void Advance(long bytes)
    {
        var sent = Sent + bytes;
        if (sent >= Length)
        {
            Clear();
        }
        else
        {
            AtomicFile.Write(state.OutboxSent, Encoding.ASCII.GetBytes(sent.ToString(CultureInfo.InvariantCulture)));
        }
    }

    public void Clear()
    {
        File.Delete(state.Outbox);
        File.Delete(state.OutboxSent);
    }

    private void DropSent()
    {
        var rest = File.ReadAllBytes(state.Outbox).AsSpan((int)Sent);
        // The position first: at worst, what is acknowledged is sent again.
        File.Delete(state.OutboxSent);
        AtomicFile.Write(state.Outbox, rest);
    }
}
