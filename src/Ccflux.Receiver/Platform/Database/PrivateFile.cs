namespace Ccflux.Receiver.Platform.Database;

/// <summary>Files that only their owner may read. SQLite gives its log files the mode of the database, so the database is made here first.</summary>
internal static class PrivateFile
{
    /// <summary>Makes an empty file.</summary>
    /// <exception cref="IOException">It is there already, or its folder is not.</exception>
    public static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }
}
