namespace Ccflux.Receiver.Platform.Database;

/// <summary>Creates files that only their owner may read. SQLite gives its log files the mode of the database, so the database is created here first.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(OwnerOnly | UnixFileMode.UserExecute);

    /// <summary>Creates an empty file.</summary>
    /// <exception cref="IOException">It already exists, or its folder does not.</exception>
    public static void Create(string path) => Open(path, FileMode.CreateNew, FileAccess.Write).Dispose();

    /// <summary>Opens a file exclusively for this process; a new file is created private.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>Where a path leads: the end of a chain of links, which need not exist, or the path itself.</summary>
    public static string Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
    }

    /// <summary>Removes all rights to a file except its owner's.</summary>
    /// <returns>The file's previous mode if it was changed; null if the file is private or missing, or the system has no modes.</returns>
    /// <exception cref="UnauthorizedAccessException">The file belongs to another user.</exception>
    public static UnixFileMode? Tighten(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return null;
        }

        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) == UnixFileMode.None)
        {
            return null;
        }

        File.SetUnixFileMode(path, OwnerOnly);
        return mode;
    }
}
