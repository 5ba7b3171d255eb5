using System.Text.Json;

namespace Ccflux.Storage.Sql;

/// <summary>The value of a parameter: an integer, a real number, a text, a blob, a list or null. A struct, so that passing it allocates nothing.</summary>
public readonly struct SqlValue
{
    private static readonly object s_integer = new();
    private static readonly object s_real = new();

    private readonly object? _reference;
    private readonly long _bits;

    private SqlValue(object? reference, long bits = 0)
    {
        _reference = reference;
        _bits = bits;
    }

    /// <summary>NULL.</summary>
    public static SqlValue Null => default;

    internal bool IsInteger => ReferenceEquals(_reference, s_integer);

    internal bool IsReal => ReferenceEquals(_reference, s_real);

    internal long Integer => _bits;

    internal double Real => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>A text, a blob or an array; null for NULL.</summary>
    internal object? Reference => _reference;

    public static implicit operator SqlValue(long value) => new(s_integer, value);

    public static implicit operator SqlValue(long? value) => value is { } integer ? new(s_integer, integer) : default;

    public static implicit operator SqlValue(double value) => new(s_real, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator SqlValue(double? value) => value is { } real ? real : default(SqlValue);

    public static implicit operator SqlValue(bool value) => new(s_integer, value ? 1 : 0);

    public static implicit operator SqlValue(string? value) => new(value);

    public static implicit operator SqlValue(byte[]? value) => new(value);

    /// <summary>A list, for <c>= ANY(@name)</c>.</summary>
    public static implicit operator SqlValue(long[] values) => new(values);

    /// <summary>A list, for <c>= ANY(@name)</c>.</summary>
    public static implicit operator SqlValue(string[] values) => new(values);

    public static SqlValue FromInt64(long value) => value;

    /// <summary>A list as a JSON array; null if the value is none.</summary>
    internal string? ListAsJson() => _reference switch
    {
        long[] numbers => $"[{string.Join(',', numbers)}]",
        string[] texts => JsonSerializer.Serialize(texts, SqlJson.Default.StringArray),
        _ => null,
    };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class SqlJson : System.Text.Json.Serialization.JsonSerializerContext;
