namespace Ccflux.Storage.Writing;

/// <summary>Keeps sums in memory while a transaction's entries run, and writes them once at its end. Called on the writer's thread only.</summary>
public interface ITransactionParticipant
{
    /// <summary>The last chance to write: the transaction is committed next.</summary>
    void BeforeCommit(WriteSession session);

    void Committed();

    /// <summary>Discards everything kept in memory: it may no longer match the database, because a transaction was rolled back or another process wrote.</summary>
    void Forget();
}
