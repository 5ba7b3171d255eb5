using System.Buffers;
using System.Text;
using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Sqlite;

/// <summary>A prepared statement and the rows of its current run.</summary>
/// <param name="connection">Where it was prepared.</param>
/// <param name="handle">SQLite's statement.</param>
/// <param name="isKept">Whether the connection keeps it for its next use: disposing it then only resets it.</param>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, nint handle, bool isKept) : Rows
{
    /// <summary>Where each parameter is bound, in the order of the last call. Names are constants: the next call passes the same ones.</summary>
    private readonly (string Name, int Index)[] _places = new (string, int)[SqliteNative.ParameterCount(handle)];

    private bool _released;

    public void Bind(ReadOnlySpan<SqlParameter> parameters)
    {
        var bound = 0;
        foreach (ref readonly var parameter in parameters)
        {
            if (bound < _places.Length && ReferenceEquals(_places[bound].Name, parameter.Name))
            {
                Bind(_places[bound++].Index, parameter.Value);
            }
            else if (IndexOf(parameter.Name) is > 0 and var index)
            {
                foreach (var (name, earlier) in _places.AsSpan(0, bound))
                {
                    if (earlier == index)
                    {
                        throw new ArgumentException($"The parameter @{name} has two values.", nameof(parameters));
                    }
                }

                _places[bound++] = (parameter.Name, index);
                Bind(index, parameter.Value);
            }
        }

        if (bound < _places.Length)
        {
            throw new ArgumentException($"{_places.Length - bound} of {_places.Length} parameters have no value.", nameof(parameters));
        }
    }

    public override bool Read() => SqliteNative.Step(handle) switch
    {
        SqliteNative.Row => true,
        SqliteNative.Done => false,
        _ => throw Failure(),
    };

    public override bool IsNull(int column) => SqliteNative.ColumnType(handle, column) == SqliteNative.NullType;

    public override long Int64(int column) => SqliteNative.ColumnInt64(handle, column);

    public override double Double(int column) => SqliteNative.ColumnDouble(handle, column);

    public override string? TextOrNull(int column)
    {
        var text = SqliteNative.ColumnText(handle, column);
        return text is null ? null : Encoding.UTF8.GetString(text, SqliteNative.ColumnBytes(handle, column));
    }

    public override ReadOnlySpan<byte> Bytes(int column)
    {
        var blob = SqliteNative.ColumnBlob(handle, column);
        return new ReadOnlySpan<byte>(blob, SqliteNative.ColumnBytes(handle, column));
    }

    /// <summary>Gives the statement back to SQLite.</summary>
    public void Release()
    {
        if (!_released)
        {
            _released = true;
            _ = SqliteNative.Finalize(handle);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (isKept)
        {
            _ = SqliteNative.Reset(handle);
        }
        else
        {
            Release();
        }
    }

    private StorageException Failure()
    {
        var failure = connection.Failure();
        _ = SqliteNative.Reset(handle);
        return failure;
    }

    private int IndexOf(string name)
    {
        Span<byte> text = stackalloc byte[name.Length + 2];
        text[0] = (byte)'@';
        var end = Encoding.ASCII.GetBytes(name, text[1..]) + 1;
        text[end] = 0;
        fixed (byte* start = text)
        {
            return SqliteNative.ParameterIndex(handle, start);
        }
    }

    private void Bind(int index, in SqlValue value)
    {
        if (value.IsInteger)
        {
            connection.Check(SqliteNative.BindInt64(handle, index, value.Integer));
        }
        else if (value.IsReal)
        {
            connection.Check(SqliteNative.BindDouble(handle, index, value.Real));
        }
        else if ((value.Reference as string ?? value.ListAsJson()) is { } text)
        {
            BindText(index, text);
        }
        else if (value.Reference is byte[] blob)
        {
            // An empty blob needs an address, too: without one SQLite stores NULL.
            fixed (byte* start = blob.Length == 0 ? [0] : blob)
            {
                connection.Check(SqliteNative.BindBlob(handle, index, start, blob.Length, SqliteNative.Transient));
            }
        }
        else
        {
            connection.Check(SqliteNative.BindNull(handle, index));
        }
    }

    private void BindText(int index, string text)
    {
        var max = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = max > 512 ? ArrayPool<byte>.Shared.Rent(max) : null;
        Span<byte> buffer = rented ?? stackalloc byte[512];
        var length = Encoding.UTF8.GetBytes(text, buffer);
        fixed (byte* start = buffer)
        {
            var code = SqliteNative.BindText(handle, index, start, length, SqliteNative.Transient);
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            connection.Check(code);
        }
    }
}
