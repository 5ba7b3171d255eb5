using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Writing;

/// <summary>A session inside the writer's transaction. Each SQL text is prepared once and kept, so texts must be constants.</summary>
public abstract class WriteSession : SqlSession
{
    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    /// <exception cref="StorageException">The statement failed.</exception>
    public abstract int Execute(string sql, params ReadOnlySpan<SqlParameter> parameters);

    /// <summary>Inserts a row with <c>RETURNING</c> and returns its id. 0 if no row was inserted.</summary>
    /// <exception cref="StorageException">The statement failed.</exception>
    public long Insert(string sql, params ReadOnlySpan<SqlParameter> parameters) => Scalar(sql, parameters) ?? 0;
}
