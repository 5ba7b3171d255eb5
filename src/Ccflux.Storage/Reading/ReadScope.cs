namespace Ccflux.Storage.Reading;

/// <summary>
/// The reads of one request: who makes it, and what ends it. It flows with the request's asynchronous calls, because a page's reads are
/// spread over many classes. While it is open, <see cref="ReadSessions.OpenAsync"/> uses the readers reserved for requests and gives each caller
/// a share of them; a running statement is stopped when <see cref="Ended"/> is cancelled.
/// </summary>
public sealed class ReadScope : IDisposable
{
    private static readonly AsyncLocal<ReadScope?> s_current = new();

    private volatile bool _closed;

    private ReadScope(string caller, bool isPrivileged, CancellationToken ended)
    {
        Caller = caller;
        IsPrivileged = isPrivileged;
        Ended = ended;
    }

    /// <summary>Null outside a request, and in work that a request left behind.</summary>
    public static ReadScope? Current => s_current.Value is { _closed: false } scope ? scope : null;

    /// <summary>The caller whose share of the readers is used.</summary>
    public string Caller { get; }

    /// <summary>Whether the caller may use the reader that all others together leave free.</summary>
    public bool IsPrivileged { get; }

    /// <summary>The time is up, or the caller has left.</summary>
    public CancellationToken Ended { get; }

    public static ReadScope Open(string caller, bool isPrivileged, CancellationToken ended)
    {
        var scope = new ReadScope(caller, isPrivileged, ended);
        s_current.Value = scope;
        return scope;
    }

    public void Dispose() => _closed = true;
}
