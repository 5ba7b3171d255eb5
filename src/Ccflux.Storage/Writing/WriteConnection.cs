namespace Ccflux.Storage.Writing;

/// <summary>The connection of a writer: a session, and its transactions.</summary>
public abstract class WriteConnection : WriteSession, IDisposable
{
    /// <summary>Starts a transaction that no other writer can enter.</summary>
    public abstract void Begin();

    public abstract void Commit();

    /// <summary>Undoes the transaction. Does nothing if a failure has ended it already.</summary>
    public abstract void RollBack();

    /// <summary>Changes whenever somebody else has committed.</summary>
    public abstract long ForeignCommits();

    /// <summary>Copies the log into the database and empties it. False if a reader kept it from doing so completely.</summary>
    public abstract bool Checkpoint();

    /// <summary>Writes the whole database again, so that nothing that was removed is left in unused parts of its pages. Takes long, and as much space again.</summary>
    public abstract void Compact();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
