namespace Ccflux.Storage.Sql;

/// <summary>
/// Runs SQL on a database, for one thread at a time. SQL is written once, in PostgreSQL's syntax, with parameters <c>@name</c>. On SQLite a few words are
/// translated: <c>= ANY(@list)</c>, <c>least(a, b)</c>, <c>greatest(a, b)</c> (of values that are not null), <c>FOR UPDATE</c>.
/// </summary>
public abstract class SqlSession
{
    /// <summary>Starts a query. Every parameter of the SQL needs a value.</summary>
    /// <exception cref="StorageException">The statement failed.</exception>
    public abstract Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters);

    /// <summary>All rows of a query.</summary>
    public List<T> List<T>(string sql, Func<Rows, T> read, params ReadOnlySpan<SqlParameter> parameters)
    {
        var list = new List<T>();
        using var rows = Query(sql, parameters);
        while (rows.Read())
        {
            list.Add(read(rows));
        }

        return list;
    }

    /// <summary>The first row of a query; the default value if there is none.</summary>
    public T? First<T>(string sql, Func<Rows, T> read, params ReadOnlySpan<SqlParameter> parameters)
    {
        using var rows = Query(sql, parameters);
        return rows.Read() ? read(rows) : default;
    }

    /// <summary>The first column of the first row; null if there is no row or the column is null.</summary>
    public long? Scalar(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        using var rows = Query(sql, parameters);
        return rows.Read() ? rows.Int64OrNull(0) : null;
    }

    /// <summary>The first column of the first row as text; null if there is no row or the column is null.</summary>
    public string? Text(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        using var rows = Query(sql, parameters);
        return rows.Read() ? rows.TextOrNull(0) : null;
    }

    /// <summary>True if a query has a row.</summary>
    public bool Any(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        using var rows = Query(sql, parameters);
        return rows.Read();
    }
}
