using Ccflux.Storage.Reading;

namespace Ccflux.Storage.Sqlite;

/// <summary>Opens a database file: its pragmas, its schema, its identity.</summary>
public static class SqliteDatabase
{
    // FULL: an acknowledged report survives a power failure. secure_delete: overwritten tokens leave no trace in free pages.
    // A log of 16,000 pages (64 MB) between checkpoints writes hot pages once instead of many times: a third more batches than with 4,000 pages.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = memory;
        PRAGMA cache_size = -16384;
        PRAGMA wal_autocheckpoint = 16000;
        PRAGMA journal_size_limit = 67108864;
        """;

    private const string InsertStore =
        "INSERT INTO store (one, store_id, created_at) VALUES (1, @id, CAST(strftime('%s', 'now') AS INTEGER) * 1000) ON CONFLICT DO NOTHING";

    /// <summary>Opens the writing connection, with the schema of this version. Only one process should have it open.</summary>
    /// <exception cref="MigrationException">The database does not match this program.</exception>
    /// <exception cref="StorageException">The file cannot be opened or is not a database.</exception>
    public static SqliteConnection OpenForWriting(string path)
    {
        var connection = SqliteConnection.Open(path);
        try
        {
            connection.ExecuteScript(Pragmas);
            Migrator.ForDialect("sqlite").Apply(connection);
            connection.Execute(InsertStore, ("id", Guid.NewGuid().ToString("N")));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens the reading sessions of a database that exists.</summary>
    public static ReadSessions OpenForReading(string path) => new(cacheKilobytes => new SqliteReader(path, cacheKilobytes));
}
