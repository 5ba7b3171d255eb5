using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Storage.Sqlite;

/// <summary>Updates a database to this version's schema: embedded files <c>NNNN_slice_what.sql</c>, forward only, all in one transaction.
/// Applied migrations are recorded with their checksums; a file that was edited since, or a database newer than the program, is refused.</summary>
public sealed class Migrator(IReadOnlyList<Migration> migrations)
{
    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number     INTEGER PRIMARY KEY,
            name       TEXT    NOT NULL,
            checksum   TEXT    NOT NULL,
            applied_at TEXT    NOT NULL DEFAULT (datetime('now'))
        )
        """;

    private const string SelectApplied = "SELECT number, name, checksum FROM schema_migrations ORDER BY number";
    private const string InsertApplied = "INSERT INTO schema_migrations (number, name, checksum) VALUES (@number, @name, @checksum)";

    /// <summary>The migrations that ship with this version, for one dialect (a folder below <c>Migrations</c>).</summary>
    public static Migrator ForDialect(string dialect) => new(Migration.Embedded(Assembly.GetExecutingAssembly(), dialect));

    /// <returns>How many migrations were applied.</returns>
    /// <exception cref="MigrationException">The database does not fit this program; nothing was changed.</exception>
    public int Apply(SqliteConnection connection)
    {
        connection.Begin();
        try
        {
            connection.ExecuteScript(CreateTable);
            var applied = ReadApplied(connection);
            foreach (var migration in migrations.Skip(applied))
            {
                connection.ExecuteScript(migration.Sql);
                connection.Execute(InsertApplied, ("number", migration.Number), ("name", migration.Name), ("checksum", migration.Checksum));
            }

            connection.Commit();
            return migrations.Count - applied;
        }
        catch
        {
            connection.RollBack();
            throw;
        }
    }

    private int ReadApplied(SqliteConnection connection)
    {
        var count = 0;
        using var rows = connection.Query(SelectApplied);
        while (rows.Read())
        {
            var name = rows.Text(1);
            if (count >= migrations.Count)
            {
                throw new MigrationException($"The database is newer than this program: it has the migration {name}, which this version does not know.");
            }

            var known = migrations[count++];
            if (known.Number != rows.Int32(0) || !string.Equals(known.Checksum, rows.Text(2), StringComparison.Ordinal))
            {
                throw new MigrationException(
                    $"The database was made by another build of ccflux, with another form of {name}. This program cannot use it: set DATABASE_PATH to a new file. Clients send what their transcripts have again.");
            }
        }

        return count;
    }
}

/// <summary>One step of the schema.</summary>
public sealed record Migration(int Number, string Name, string Sql)
{
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    internal static IReadOnlyList<Migration> Embedded(Assembly assembly, string dialect)
    {
        var prefix = $"{assembly.GetName().Name}.Migrations.{dialect}.";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => Read(assembly, name, name[prefix.Length..^".sql".Length])),
        ];
    }

    private static Migration Read(Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
