using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>
/// A kind of access that a slice grants, and how a restore keeps it revoked if it was revoked since the backup. The statements run on the restored
/// database; the one that it replaces is attached as <c>former</c>. A slice registers its own as singletons.
/// </summary>
/// <param name="What">In the plural, as the command prints it: <c>devices</c>.</param>
/// <param name="Table">If this table is not in <c>former</c>, there is nothing to keep.</param>
/// <param name="SelectRevoked">Selects the names of those that are valid in the restored database and revoked in <c>former</c>; one text column. Null if there can be none.</param>
/// <param name="Revoke">Revokes those; no parameters. Null if there can be none.</param>
/// <param name="SelectUnknown">Selects the names of those that are valid in the restored database and missing in <c>former</c>; one text column. Null: nothing is reported.</param>
internal sealed record Revocations(string What, string Table, string? SelectRevoked, string? Revoke, string? SelectUnknown)
{
    /// <summary>Runs on each restored database, with or without a former one. Parameter: the time of the restore.</summary>
    public Action<WriteSession, DateTimeOffset>? OnRestore { get; init; }

    /// <summary>Takes over more of <c>former</c>, where it has <see cref="Table"/>.</summary>
    public Action<WriteSession>? Carry { get; init; }

    /// <summary>Runs on each restored database, after everything else. Parameter: the time of the restore. Returns whether it removed rows that must not be left in the file.</summary>
    public Func<WriteSession, DateTimeOffset, bool>? Settle { get; init; }

    /// <summary>Selects the names that could sign in before and no longer can, because the backup lacks their secret; one text column.</summary>
    public string? SelectMissing { get; init; }
}

/// <summary>The effect of a restore on one kind of <see cref="Revocations"/>.</summary>
/// <param name="What">The kind.</param>
/// <param name="Kept">Names that stay revoked; the backup alone would have made them valid again.</param>
/// <param name="ValidAgain">Names that are valid again but unknown in the replaced database: they were removed since the backup, or it is a different database.</param>
internal sealed record RestoredAccess(string What, IReadOnlyList<string> Kept, IReadOnlyList<string> ValidAgain);

/// <summary>The result of a restore.</summary>
/// <param name="Former">Where the replaced database is now; null if there was none.</param>
/// <param name="Access">By kind; empty if there was no former database, or its revocations were to be ignored.</param>
/// <param name="WithoutToken">Users whose live refresh token is not in the backup: they need a new one.</param>
internal sealed record RestoreReport(string? Former, IReadOnlyList<RestoredAccess> Access, IReadOnlyList<string> WithoutToken);
