namespace Ccflux.Storage.Sqlite;

/// <summary>A statement failed. The message is SQLite's own and contains no parameter values.</summary>
public sealed class StorageException : Exception
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Full = 13;
    private const int CantOpen = 14;

    public StorageException(int code, string message)
        : base($"{message} (SQLite {code})")
    {
        Code = code;
    }

    public StorageException()
    {
    }

    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>SQLite's extended result code.</summary>
    public int Code { get; }

    /// <summary>True if the storage failed, not the statement: no space, no access, an I/O error. The same statement may succeed later.</summary>
    public bool IsTransient => IsTransientCode(Code);

    /// <summary><see cref="IsTransient"/> of a result code, extended or not.</summary>
    internal static bool IsTransientCode(int code) => (code & 0xFF) is Busy or Locked or NoMemory or ReadOnly or IoError or Full or CantOpen;
}
