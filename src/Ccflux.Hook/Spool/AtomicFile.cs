namespace Ccflux.Hook.Spool;

/// <summary>Writes a file whole or not at all: beside it, to the disk, then over it. Mode 0600, for some of them hold secrets.</summary>
internal static class AtomicFile
{
    /// <param name="path">Which file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="toDisk">False for what may be lost with the power, but never be half there.</param>
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
            File.Delete(beside); // none of ours, and it would be written through
        }

        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: toDisk);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Null where there is no such file.</summary>
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
