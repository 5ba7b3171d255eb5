using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Stores an admin's word that one user's requests are copies of another's, and takes it back; each with its entry of the audit log in the same transaction. <see cref="CopyJob"/> then makes
/// the figures agree.</summary>
internal sealed class CopyDeclarations(GroupCommitWriter writer, CopyWakeSignal wake, IChangeFeed changes, TimeProvider time)
{
    public const int MaxDeclarations = 1000;

    /// <summary>Declares that what a user has in common with another counts only for the other. Declaring it again changes nothing.</summary>
    /// <param name="actor">Who declares it.</param>
    /// <param name="email">Whose requests are the copies.</param>
    /// <param name="original">Whose requests they are.</param>
    /// <returns>Null: it is declared.</returns>
    public Task<CopyFault?> DeclareAsync(Actor actor, string? email, string? original) => RunAsync(email, original, (session, user, of) =>
    {
        if (user.Id == of.Id)
        {
            return CopyFault.SameUser;
        }

        if (session.Any(CopiesSql.IsCircle, ("user", user.Id), ("of", of.Id)))
        {
            return CopyFault.Circle;
        }

        if (session.Scalar(CopiesSql.CountDeclarations) >= MaxDeclarations)
        {
            return CopyFault.TooMany;
        }

        var now = time.GetUtcNow();
        if (session.Execute(CopiesSql.Declare, ("user", user.Id), ("of", of.Id), ("now", now.ToUnixTimeMilliseconds()), ("by", actor.StoredName)) > 0)
        {
            AuditLog.Write(session, new AuditEntry(now, actor, "user.copies", user.Email, $"counted only for {of.Email}"));
        }

        return null;
    });

    /// <summary>Takes a declaration back: the requests count for both again.</summary>
    /// <inheritdoc cref="DeclareAsync"/>
    public Task<CopyFault?> TakeBackAsync(Actor actor, string? email, string? original) => RunAsync(email, original, (session, user, of) =>
    {
        if (session.Execute(CopiesSql.TakeBack, ("user", user.Id), ("of", of.Id)) == 0)
        {
            return CopyFault.NotDeclared;
        }

        AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, "user.copies-count", user.Email, $"and for {of.Email}"));
        return null;
    });

    private async Task<CopyFault?> RunAsync(string? email, string? original, Func<WriteSession, (long Id, string Email), (long Id, string Email), CopyFault?> change)
    {
        var result = await writer.WriteAsync(session => Find(session, email) is { } user && Find(session, original) is { } of
            ? change(session, user, of)
            : CopyFault.UnknownUser);
        if (!result.IsCommitted)
        {
            return CopyFault.Busy;
        }

        if (result.Value is null)
        {
            wake.Give();
            changes.Publish(LedgerWriter.Topic);
        }

        return result.Value;
    }

    private static (long Id, string Email)? Find(WriteSession session, string? email)
    {
        var address = UserRules.Normalize(email);
        return session.Scalar(CopiesSql.SelectUser, ("email", address)) is { } id ? (id, address) : null;
    }
}
