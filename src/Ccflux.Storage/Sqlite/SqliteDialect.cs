using System.Text.RegularExpressions;

namespace Ccflux.Storage.Sqlite;

/// <summary>Translates the few words of the common SQL that SQLite writes differently: see <see cref="Sql.SqlSession"/>.</summary>
internal static partial class SqliteDialect
{
    public static string Translate(string sql)
    {
        // Most texts have none of the words, and a search costs much less than an expression.
        sql = sql.Contains("ANY", StringComparison.Ordinal) ? AnyOf().Replace(sql, " IN (SELECT value FROM json_each(@${name}))") : sql;
        sql = sql.Contains("least", StringComparison.Ordinal) ? Least().Replace(sql, "min(") : sql;
        sql = sql.Contains("greatest", StringComparison.Ordinal) ? Greatest().Replace(sql, "max(") : sql;
        return sql.Contains("FOR UPDATE", StringComparison.Ordinal) ? ForUpdate().Replace(sql, "") : sql;
    }

    [GeneratedRegex(@"\s*= ANY\s*\(@(?<name>\w+)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnyOf();

    [GeneratedRegex(@"\bleast\s*\(", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Least();

    [GeneratedRegex(@"\bgreatest\s*\(", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Greatest();

    [GeneratedRegex(@"\s+FOR UPDATE\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ForUpdate();
}
