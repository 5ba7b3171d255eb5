using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Reading;

/// <summary>A connection of the pool. Its statements can be stopped.</summary>
public abstract class ReadConnection : SqlSession, IDisposable
{
    /// <summary>Once cancelled, stops the running statement and every later statement that takes some time.</summary>
    public CancellationToken Ended { get; set; }

    public abstract void BeginSnapshot();

    /// <summary>Ends the snapshot, if there is one.</summary>
    /// <returns>False if the connection cannot be used again.</returns>
    public abstract bool EndSnapshot();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
