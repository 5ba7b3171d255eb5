namespace Ccflux.Storage.Sqlite;

/// <summary>A parameter of a statement: an integer, a text, a blob or null. A struct, so that binding allocates nothing.</summary>
public readonly struct SqlValue
{
    private static readonly object s_integer = new();

    private readonly object? _reference;
    private readonly long _integer;

    private SqlValue(object? reference, long integer = 0)
    {
        _reference = reference;
        _integer = integer;
    }

    internal bool IsInteger => ReferenceEquals(_reference, s_integer);

    internal long Integer => _integer;

    internal object? Reference => _reference;

    public static implicit operator SqlValue(long value) => new(s_integer, value);

    public static implicit operator SqlValue(long? value) => value is { } integer ? new(s_integer, integer) : default;

    public static implicit operator SqlValue(bool value) => new(s_integer, value ? 1 : 0);

    public static implicit operator SqlValue(string? value) => new(value);

    public static implicit operator SqlValue(byte[]? value) => new(value);

    public static SqlValue FromInt64(long value) => value;
}
