namespace Ccflux.Receiver.Platform.Api;

/// <summary>The type of a column, as stated in the API's documentation.</summary>
internal enum ApiType
{
    Text = 1,
    Integer = 2,
    Number = 3,
    Instant = 4,
    Day = 5,
    Flag = 6,
}

/// <summary>A column of an answer. JSON and CSV are written from the same columns, so that they never disagree.</summary>
/// <param name="Value">Text, a number, an instant, a day, a flag, or null if unknown.</param>
internal sealed record ApiColumn<T>(string Name, ApiType Type, Func<T, object?> Value);

/// <summary>The columns of one kind of row, added in order.</summary>
internal sealed class ApiColumns<T>
{
    private readonly List<ApiColumn<T>> _columns = [];

    public IReadOnlyList<ApiColumn<T>> List => _columns;

    public ApiColumns<T> Text(string name, Func<T, string?> value) => Add(name, ApiType.Text, value);

    public ApiColumns<T> Integer(string name, Func<T, long?> value) => Add(name, ApiType.Integer, row => value(row));

    public ApiColumns<T> Number(string name, Func<T, decimal?> value) => Add(name, ApiType.Number, row => value(row));

    public ApiColumns<T> Share(string name, Func<T, double?> value) =>
        Add(name, ApiType.Number, row => value(row) is { } share ? Math.Round((decimal)share, 6) : null);

    public ApiColumns<T> Instant(string name, Func<T, DateTimeOffset?> value) => Add(name, ApiType.Instant, row => value(row));

    public ApiColumns<T> Day(string name, Func<T, DateOnly> value) => Add(name, ApiType.Day, row => value(row));

    public ApiColumns<T> Flag(string name, Func<T, bool> value) => Add(name, ApiType.Flag, row => value(row));

    private ApiColumns<T> Add(string name, ApiType type, Func<T, object?> value)
    {
        _columns.Add(new ApiColumn<T>(name, type, value));
        return this;
    }
}
