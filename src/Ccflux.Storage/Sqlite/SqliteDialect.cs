using System.Text.RegularExpressions;

namespace Ccflux.Storage.Sqlite;

/// <summary>Translates the few words of the common SQL that SQLite writes differently: see <see cref="Sql.SqlSession"/>.</summary>
internal static partial class SqliteDialect
{
    public static string Translate(string sql)
    {
        sql = AnyOf().Replace(sql, " IN (SELECT value FROM json_each(@${name}))");
        sql = Least().Replace(sql, "min(");
        sql = Greatest().Replace(sql, "max(");
        return ForUpdate().Replace(sql, "");
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
