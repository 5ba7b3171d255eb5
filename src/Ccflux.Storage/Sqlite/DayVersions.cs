using Microsoft.Data.Sqlite;

namespace Ccflux.Storage.Sqlite;

/// <summary>Reads the version of each day of a period. Triggers count the versions.</summary>
public static class DayVersions
{
    /// <param name="connection">A reading connection.</param>
    /// <param name="sql">A query for day and version of the days between its two parameters, in order.</param>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day.</param>
    public static IReadOnlyList<(int Day, long Version)> Read(SqliteConnection connection, string sql, int from, int to)
    {
        var versions = new List<(int, long)>();
        using var rows = RawRows.Query(connection, sql, from, to);
        while (rows.Read())
        {
            versions.Add((rows.Small(0), rows.Number(1)));
        }

        return versions;
    }
}
