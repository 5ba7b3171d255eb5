using Ccflux.Storage.Sqlite;

namespace Ccflux.Storage.Writing;

/// <summary>One who keeps sums in memory while a transaction's entries run, and writes them once at its end. Called on the writer's thread only.</summary>
public interface ITransactionParticipant
{
    /// <summary>The last chance to write: the transaction is committed next.</summary>
    void BeforeCommit(SqlConnection connection);

    void Committed();

    /// <summary>Nothing that was done since the last commit holds; what was kept of it in memory must go.</summary>
    void RolledBack();
}
