using Ccflux.Storage.Sqlite;

namespace Ccflux.Storage.Writing;

/// <summary>One who keeps sums in memory while a transaction's entries run, and writes them once at its end. Called on the writer's thread only.</summary>
public interface ITransactionParticipant
{
    /// <summary>The last chance to write: the transaction is committed next.</summary>
    void BeforeCommit(SqlConnection connection);

    void Committed();

    /// <summary>What is known of the database may no longer hold: a transaction was rolled back, or another process wrote. All that is kept in memory must go.</summary>
    void Forget();
}
