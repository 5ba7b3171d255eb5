namespace Ccflux.Storage.Sql;

/// <summary>The rows of a running query, read one at a time. Columns are numbered from 0. Dispose them before the same SQL runs again.</summary>
public abstract class Rows : IDisposable
{
    /// <summary>Moves to the next row. False if there is none.</summary>
    public abstract bool Read();

    public abstract bool IsNull(int column);

    /// <summary>An integer; 0 for NULL.</summary>
    public abstract long Int64(int column);

    /// <summary>A real number; 0 for NULL.</summary>
    public abstract double Double(int column);

    public abstract string? TextOrNull(int column);

    /// <summary>A blob; empty for NULL. Valid until the next row.</summary>
    public abstract ReadOnlySpan<byte> Bytes(int column);

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <summary>An integer that is known to be small: an id, a day, a count within a day.</summary>
    public int Int32(int column) => checked((int)Int64(column));

    public bool Bool(int column) => Int64(column) != 0;

    /// <summary>A sum that cannot be negative: one that wrapped counts as zero, and one that became a real number as the largest integer.</summary>
    public long NonNegative(int column) => Math.Max(0, Int64(column));

    /// <summary>A text; empty for NULL.</summary>
    public string Text(int column) => TextOrNull(column) ?? "";

    public byte[] Blob(int column) => Bytes(column).ToArray();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the statement ready for its next use, or releases it.</summary>
    protected abstract void Dispose(bool disposing);
}
