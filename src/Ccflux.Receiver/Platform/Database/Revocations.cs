using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>
/// What a slice lets in by, and how a restore keeps it out where it was revoked since the backup. The statements run on the restored database; the one it
/// replaces is attached as <c>former</c>. A slice registers its own as singletons.
/// </summary>
/// <param name="What">In the plural, as the command says it: <c>devices</c>.</param>
/// <param name="Table">Without this table in <c>former</c> there is nothing to keep.</param>
/// <param name="SelectRevoked">The names of those that hold in the restored database and are revoked in <c>former</c>; one text column. Null: none can be.</param>
/// <param name="Revoke">Revokes those; no parameters. Null: none can be.</param>
/// <param name="SelectUnknown">The names of those that hold in the restored database and are not in <c>former</c> at all; one text column. Null: nothing to tell.</param>
internal sealed record Revocations(string What, string Table, string? SelectRevoked, string? Revoke, string? SelectUnknown)
{
    /// <summary>Runs on each restored database, whether or not a former one is known. Parameter: the time of the restore.</summary>
    public Action<SqlConnection, DateTimeOffset>? OnRestore { get; init; }

    /// <summary>Names that could sign in before and cannot any more, because the backup does not hold their secret; one text column.</summary>
    public string? SelectMissing { get; init; }
}

/// <summary>What a restore did about one kind of <see cref="Revocations"/>.</summary>
/// <param name="What">The kind.</param>
/// <param name="Kept">Names that would have held again and do not.</param>
/// <param name="ValidAgain">Names that hold again though the replaced database does not know them: they were removed since the backup, or it is another database.</param>
internal sealed record RestoredAccess(string What, IReadOnlyList<string> Kept, IReadOnlyList<string> ValidAgain);

/// <summary>How a restore went.</summary>
/// <param name="Former">Where the replaced database is now; null where there was none.</param>
/// <param name="Access">By kind; empty where there was no former database, or its revocations were not wanted.</param>
/// <param name="WithoutToken">Users whose live refresh token is not in the backup: they need a new one.</param>
internal sealed record RestoreReport(string? Former, IReadOnlyList<RestoredAccess> Access, IReadOnlyList<string> WithoutToken);
