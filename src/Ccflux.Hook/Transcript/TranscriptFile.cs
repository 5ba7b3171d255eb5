using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Opens transcripts, and tells whether what was read of one is still what it holds.</summary>
internal static class TranscriptFile
{
    private const int HeadBytes = 1024;
    private const int TailBytes = 256;
    private const int FirstInstantBytes = 64 * 1024;

    /// <summary>Null where the file cannot be read; <paramref name="reason"/> then says why.</summary>
    public static SafeFileHandle? Open(string path, out string reason)
    {
        reason = string.Empty;
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = "it is not there";
        }
        catch (UnauthorizedAccessException)
        {
            reason = "it may not be read, or is a folder";
        }
        catch (IOException problem)
        {
            reason = problem.Message;
        }

        return null;
    }

    /// <summary>A hash of the file's first bytes and of the last ones before <paramref name="offset"/>. While it stays, what was read
    /// is still there, whether the file was appended to, copied or moved; a number from the file system would say less.</summary>
    public static ulong Identity(SafeFileHandle file, long offset)
    {
        Span<byte> bytes = stackalloc byte[HeadBytes + TailBytes];
        var head = ReadFully(file, bytes[..(int)Math.Min(HeadBytes, offset)], 0);
        var tail = ReadFully(file, bytes.Slice(head, (int)Math.Min(TailBytes, offset)), Math.Max(0, offset - TailBytes));
        return IdHash.Of(bytes[..(head + tail)]);
    }

    /// <summary>The first instant that the file's first rows name, in epoch milliseconds, or 0.</summary>
    public static long FirstInstant(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = ReadFully(file, buffer, 0);
        var instant = FirstInstant(buffer[..length]);
        if (instant == 0 && length == buffer.Length)
        {
            var larger = new byte[FirstInstantBytes];
            instant = FirstInstant(larger.AsSpan(0, ReadFully(file, larger, 0)));
        }

        return instant;
    }

    private static long FirstInstant(ReadOnlySpan<byte> head)
    {
        var mark = "\"timestamp\":\""u8;
        while (head.IndexOf(mark) is var at and >= 0)
        {
            head = head[(at + mark.Length)..];
            if (head.Length >= 24 && Instant.Parse(head[..24]) is var instant and > 0)
            {
                return instant;
            }
        }

        return 0;
    }

    private static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer[filled..], offset + filled) is var read and > 0)
        {
            filled += read;
        }

        return filled;
    }
}
