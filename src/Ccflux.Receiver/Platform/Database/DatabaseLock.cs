namespace Ccflux.Receiver.Platform.Database;

/// <summary>
/// Held by whoever writes usage into a database: the server while it runs, an import, a restore. It is a lock on a file beside the database, so
/// the system lets go of it even after <c>kill -9</c>. Only its owner can open the file: whoever can open it can lock it, and so keep the
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

/// <summary>The database belongs to another process now.</summary>
internal sealed class DatabaseInUseException(string path) : Exception($"{path} is in use by a running ccflux-receiver. Stop it first.");
