using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

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
        using (var connection = SqliteConnection.Open(databasePath))
        {
            connection.Execute(DatabaseCopySql.CopyTo, ("file", file));
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
        using (var found = SqliteConnection.Open(path))
        {
            if (found.Scalar(DatabaseCopySql.IsOurs) == 0)
            {
                throw new StorageException("The file is not a backup made by this program. Use `import` for a ccflux 0.1 database.");
            }
        }

        using var connection = SqliteDatabase.OpenForWriting(path);
        if (!string.Equals(connection.Text(DatabaseCopySql.Check), "ok", StringComparison.Ordinal))
        {
            throw new StorageException("The backup is damaged.");
        }

        connection.Execute(DatabaseCopySql.NewIdentity, ("store_id", Guid.NewGuid().ToString("N")));
        connection.Execute(DatabaseCopySql.EndSessions);
        foreach (var kind in revocations)
        {
            kind.OnRestore?.Invoke(connection, now);
        }

        var report = former is null ? new RestoreReport(null, [], []) : Keep(connection, former, revocations);
        var hasRemoved = false;
        foreach (var kind in revocations)
        {
            hasRemoved |= kind.Settle?.Invoke(connection, now) == true;
        }

        AuditLog.Write(connection, new AuditEntry(now, Actor.Cli, "restore", "", ""));
        if (hasRemoved)
        {
            connection.Compact();
        }

        return report;
    }

    private static RestoreReport Keep(WriteSession session, string former, IReadOnlyCollection<Revocations> revocations)
    {
        try
        {
            session.Execute(DatabaseCopySql.Attach, ("file", former));
            if (!string.Equals(session.Text(DatabaseCopySql.CheckFormer), "ok", StringComparison.Ordinal))
            {
                throw new StorageException("it is damaged");
            }

            var access = new List<RestoredAccess>();
            var missing = new List<string>();
            foreach (var kind in revocations.Where(kind => session.Scalar(DatabaseCopySql.HasTable, ("name", kind.Table)) > 0))
            {
                access.Add(new RestoredAccess(kind.What, Names(session, kind.SelectRevoked), Names(session, kind.SelectUnknown)));
                if (kind.Revoke is { } revoke)
                {
                    session.Execute(revoke);
                }

                kind.Carry?.Invoke(session);
                missing.AddRange(Names(session, kind.SelectMissing));
            }

            if (session.Scalar(DatabaseCopySql.HasTable, ("name", "audit_log")) > 0)
            {
                session.Execute(DatabaseCopySql.KeepAudit);
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

    private static List<string> Names(SqlSession session, string? sql) => sql is null ? [] : session.List(sql, static rows => rows.Text(0));

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
