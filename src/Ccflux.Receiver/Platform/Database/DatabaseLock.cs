namespace Ccflux.Receiver.Platform.Database;

/// <summary>
/// The lock of the process that writes usage into a database: the running server, an import, a restore. It is a lock on a file next to the database, so
/// the system releases it even after <c>kill -9</c>. Only its owner can open the file: anyone who can open it can lock it, and so prevent the
/// receiver from starting.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private readonly FileStream _file;

    private DatabaseLock(FileStream file) => _file = file;

    /// <exception cref="DatabaseInUseException">Another process holds it.</exception>
    public static DatabaseLock Take(string databasePath)
    {
        try
        {
            var path = databasePath + ".lock";
            PrivateFile.Tighten(path);
            return new DatabaseLock(PrivateFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite));
        }
        catch (IOException exception) when (exception is not DirectoryNotFoundException and not PathTooLongException)
        {
            throw new DatabaseInUseException(databasePath);
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Another process is using the database.</summary>
internal sealed class DatabaseInUseException(string path) : Exception($"{path} is in use by a running ccflux-receiver. Stop it first.");
