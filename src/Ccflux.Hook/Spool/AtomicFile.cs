namespace Ccflux.Hook.Spool;

/// <summary>Writes a file atomically: to a temporary file, to the disk, then by a rename. Mode 0600, because some files contain secrets.</summary>
internal static class AtomicFile
{
    /// <param name="path">The file.</param>
    /// <param name="content">Its complete content.</param>
    /// <param name="toDisk">False for a file that may be lost in a power failure, but must never be half written.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool toDisk = true)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        if (new FileInfo(beside).LinkTarget is not null)
        {
            File.Delete(beside); // not one of ours, and it would be written through
        }

        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: toDisk);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Null if there is no such file.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
