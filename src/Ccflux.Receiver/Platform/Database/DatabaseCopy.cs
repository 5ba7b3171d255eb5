using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>Backup, while the receiver runs, and restore, while it does not.</summary>
internal static class DatabaseCopy
{
    /// <summary>Suffixes of the files that SQLite keeps next to a database.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["-wal", "-shm"];

    /// <summary>Writes a consistent copy of the database into a new file that only its owner can read. Writers are not interrupted.</summary>
    /// <exception cref="IOException">The file already exists, or cannot be written.</exception>
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
    /// Replaces the database with a backup and keeps the old database next to it. The backup is copied and checked first; an error leaves
    /// everything unchanged. What was revoked since the backup stays revoked; access tokens and sessions end.
    /// </summary>
    /// <param name="file">The backup.</param>
    /// <param name="databasePath">The database.</param>
    /// <param name="now">The time for the audit log.</param>
    /// <param name="revocations">The kinds of access that stay revoked.</param>
    /// <param name="forgetRevocations">Restores the backup unchanged, for a replaced database that cannot be read.</param>
    /// <exception cref="DatabaseInUseException">A receiver is running on the database.</exception>
    /// <exception cref="StorageException">The file is not an intact database, or the one that it replaces cannot be read.</exception>
    public static RestoreReport Restore(string file, string databasePath, DateTimeOffset now, IReadOnlyCollection<Revocations> revocations, bool forgetRevocations)
    {
        RequireDatabase(file);
        using var held = DatabaseLock.Take(databasePath);
        var fresh = databasePath + ".restoring";
        File.Delete(fresh);
        try
        {
            Backup(file, fresh);
            var report = Renew(fresh, now, forgetRevocations || !File.Exists(databasePath) ? null : databasePath, revocations);
            FlushToDisk(fresh);
            return report with { Former = Replace(fresh, databasePath, now) };
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

    private static RestoreReport Renew(string path, DateTimeOffset now, string? former, IReadOnlyCollection<Revocations> revocations)
    {
        using (var found = SqlConnection.Open(path))
        {
            if (found.Scalar(DatabaseCopySql.IsOurs) == 0)
            {
                throw new StorageException("The file is not a backup made by this program. Use `import` for a ccflux 0.1 database.");
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
        foreach (var kind in revocations)
        {
            kind.OnRestore?.Invoke(connection, now);
        }

        var report = former is null ? new RestoreReport(null, [], []) : Keep(connection, former, revocations);
        AuditLog.Write(connection, new AuditEntry(now, AuditActor.Cli, "restore", "", ""));
        return report;
    }

    private static RestoreReport Keep(SqlConnection connection, string former, IReadOnlyCollection<Revocations> revocations)
    {
        try
        {
            connection.Execute(DatabaseCopySql.Attach, former);
            using (var rows = connection.Query(DatabaseCopySql.CheckFormer))
            {
                if (!rows.Read() || !string.Equals(rows.Text(0), "ok", StringComparison.Ordinal))
                {
                    throw new StorageException("it is damaged");
                }
            }

            var access = new List<RestoredAccess>();
            var missing = new List<string>();
            foreach (var kind in revocations.Where(kind => connection.Scalar(DatabaseCopySql.HasTable, kind.Table) > 0))
            {
                access.Add(new RestoredAccess(kind.What, Names(connection, kind.SelectRevoked), Names(connection, kind.SelectUnknown)));
                if (kind.Revoke is { } revoke)
                {
                    connection.Execute(revoke);
                }

                missing.AddRange(Names(connection, kind.SelectMissing));
            }

            if (connection.Scalar(DatabaseCopySql.HasTable, "audit_log") > 0)
            {
                connection.Execute(DatabaseCopySql.KeepAudit);
            }

            return new RestoreReport(null, access, missing);
        }
        catch (StorageException exception)
        {
            throw new StorageException(
                $"The database to be replaced, {former}, cannot be read ({exception.Message}), so what was revoked in it would become valid again. Nothing was changed. "
                + "Restore with --forget-revocations if that is intended, then revoke manually what must stay revoked.",
                exception);
        }
    }

    private static List<string> Names(SqlConnection connection, string? sql)
    {
        var names = new List<string>();
        if (sql is null)
        {
            return names;
        }

        using var rows = connection.Query(sql);
        while (rows.Read())
        {
            names.Add(rows.Text(0));
        }

        return names;
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
            throw new FileNotFoundException($"{path} does not exist.");
        }
    }

    private static void FlushToDisk(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
