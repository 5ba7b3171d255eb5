using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>Backup, while the receiver runs, and restore, while it does not.</summary>
internal static class DatabaseCopy
{
    /// <summary>Endings of the files that SQLite keeps beside a database.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["-wal", "-shm"];

    /// <summary>Writes a consistent copy of the database into a new file that only its owner can read. Writers go on meanwhile.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static void Backup(string databasePath, string file)
    {
        RequireDatabase(databasePath);
        PrivateFile.Create(file);
        using (var connection = SqlConnection.Open(databasePath))
        {
            connection.Execute(DatabaseCopySql.CopyTo, file);
        }

        FlushToDisk(file);
    }

    /// <summary>
    /// Puts a backup in the place of the database, which is kept beside it. The backup is copied and checked first; a fault leaves
    /// everything as it was.
    /// </summary>
    /// <returns>Where the former database now is; null where there was none.</returns>
    /// <exception cref="DatabaseInUseException">A receiver runs on the database.</exception>
    /// <exception cref="StorageException">The file is no sound database.</exception>
    public static string? Restore(string file, string databasePath, DateTimeOffset now)
    {
        RequireDatabase(file);
        using var held = DatabaseLock.Take(databasePath);
        var fresh = databasePath + ".restoring";
        File.Delete(fresh);
        try
        {
            Backup(file, fresh);
            Renew(fresh, now);
            FlushToDisk(fresh);
            return Replace(fresh, databasePath, now);
        }
        finally
        {
            File.Delete(fresh);
            foreach (var part in Parts)
            {
                File.Delete(fresh + part);
            }
        }
    }

    private static void Renew(string path, DateTimeOffset now)
    {
        using (var found = SqlConnection.Open(path))
        {
            if (found.Scalar(DatabaseCopySql.IsOurs) == 0)
            {
                throw new StorageException("The file is no backup of this program. A ccflux 0.1 database is read by `import`.");
            }
        }

        using var connection = SqliteDatabase.OpenForWriting(path);
        using (var rows = connection.Query(DatabaseCopySql.Check))
        {
            if (!rows.Read() || !string.Equals(rows.Text(0), "ok", StringComparison.Ordinal))
            {
                throw new StorageException("The backup is damaged.");
            }
        }

        connection.Execute(DatabaseCopySql.NewIdentity, Guid.NewGuid().ToString("N"));
        connection.Execute(DatabaseCopySql.EndSessions);
        AuditLog.Write(connection, new AuditEntry(now, AuditActor.Cli, "restore", "", ""));
    }

    private static string? Replace(string fresh, string databasePath, DateTimeOffset now)
    {
        string? kept = null;
        if (File.Exists(databasePath))
        {
            kept = $"{databasePath}.before-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
            File.Move(databasePath, kept);
            foreach (var part in Parts.Where(part => File.Exists(databasePath + part)))
            {
                File.Move(databasePath + part, kept + part);
            }
        }

        File.Move(fresh, databasePath);
        return kept;
    }

    private static void RequireDatabase(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is not there.");
        }
    }

    private static void FlushToDisk(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
