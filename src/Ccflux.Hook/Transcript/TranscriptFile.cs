using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Opens transcripts, and checks whether what was read of a file is still its content.</summary>
internal static class TranscriptFile
{
    private const int HeadBytes = 1024;
    private const int TailBytes = 256;

    /// <summary>Null if the file cannot be read; <paramref name="reason"/> then says why.</summary>
    public static SafeFileHandle? Open(string path, out string reason)
    {
        reason = string.Empty;
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = "it does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            reason = "it is not readable, or is a folder";
        }
        catch (IOException problem)
        {
            reason = problem.Message;
        }

        return null;
    }

    /// <summary>The file's length in bytes and the time of its last write in ticks (UTC), of the link's target if it is a link; null if there is no file.</summary>
    public static (long Length, long Written)? Look(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if ((file.Attributes & FileAttributes.ReparsePoint) is not FileAttributes.ReparsePoint)
        {
            return (file.Length, file.LastWriteTimeUtc.Ticks);
        }

        using var target = Open(path, out _);
        return target is null ? null : Look(target);
    }

    public static (long Length, long Written) Look(SafeFileHandle file) => (RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks);

    /// <summary>A hash of the file's first bytes and of the last ones before <paramref name="offset"/>. While it does not change, what was read
    /// is still there, even if the file was appended to, copied or moved; an inode number would say less.</summary>
    public static ulong Identity(SafeFileHandle file, long offset)
    {
        Span<byte> bytes = stackalloc byte[HeadBytes + TailBytes];
        var head = ReadFully(file, bytes[..(int)Math.Min(HeadBytes, offset)], 0);
        var tail = ReadFully(file, bytes.Slice(head, (int)Math.Min(TailBytes, offset)), Math.Max(0, offset - TailBytes));
        return IdHash.Of(bytes[..(head + tail)]);
    }

    /// <summary>Finds the next text that is the value of <paramref name="quotedName"/> in some bytes of JSON, whatever the spacing; <paramref name="json"/>
    /// becomes what follows it.</summary>
    public static bool TryFindText(ref ReadOnlySpan<byte> json, ReadOnlySpan<byte> quotedName, out ReadOnlySpan<byte> text)
    {
        while (json.IndexOf(quotedName) is var at and >= 0)
        {
            json = json[(at + quotedName.Length)..];
            var value = json.TrimStart(" \t\r"u8);
            if (!value.StartsWith(":"u8))
            {
                continue;
            }

            value = value[1..].TrimStart(" \t\r"u8);
            if (value.StartsWith("\""u8) && value[1..].IndexOf((byte)'"') is var length and >= 0)
            {
                text = value.Slice(1, length);
                json = value[(length + 2)..];
                return true;
            }
        }

        text = default;
        return false;
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
