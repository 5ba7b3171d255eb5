namespace Ccflux.Storage.Sql;

/// <summary>A parameter of a statement. Written as a pair: <c>session.Execute(sql, ("user", user), ("at", at))</c>.</summary>
public readonly struct SqlParameter
{
    private SqlParameter(string name, SqlValue value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>Without the <c>@</c> that it has in SQL.</summary>
    public string Name { get; }

    public SqlValue Value { get; }

    public static implicit operator SqlParameter((string Name, SqlValue Value) pair) => new(pair.Name, pair.Value);

    public static SqlParameter FromValueTuple((string Name, SqlValue Value) pair) => pair;
}
