using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Reading;

/// <summary>Reads the version of each day of a period. Triggers count the versions.</summary>
public static class DayVersions
{
    /// <param name="session">A reading session.</param>
    /// <param name="sql">A query for day and version of the days from <c>@from</c> to <c>@to</c>, in order.</param>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day.</param>
    public static IReadOnlyList<(int Day, long Version)> Read(SqlSession session, string sql, int from, int to) =>
        session.List(sql, rows => (rows.Int32(0), rows.Int64(1)), ("from", from), ("to", to));
}
