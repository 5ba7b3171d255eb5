using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Processes tokens that admins insert manually into <c>refresh_tokens</c>: hashes plain tokens, adds their users, and clears the plain
/// text from the database's log.</summary>
internal sealed partial class ManualTokenHasher(
    ReadSessions readers,
    GroupCommitWriter writer,
    PlaintextResidue residue,
    TimeProvider time,
    ILogger<ManualTokenHasher> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private int _checkpointsSeen = -1;
    private bool _hasLooked;

    /// <summary>Runs one sweep. Visible to the assembly for tests.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        long unseen;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            unseen = session.Scalar(TokensSql.CountUnseen) ?? 0;
        }

        // Always once after the start: an earlier version may have stored e-mail addresses in another spelling.
        if (unseen > 0 || !_hasLooked)
        {
            var taken = await writer.WriteAsync(session => TakeUp(session, time.GetUtcNow()));
            _hasLooked |= taken.IsCommitted;
            Report(taken.Value);
        }

        // Also once after the start: a process that was killed may have left some.
        var left = residue.Count;
        if (left != _checkpointsSeen && (await writer.CheckpointAsync()).Or(false))
        {
            _checkpointsSeen = left;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, Interval, SweepAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <summary>Called inside a write: hashes plain tokens, normalises e-mail addresses (those of users too) and adds the tokens' users. A token
    /// with an invalid e-mail address is revoked, which the audit log records.</summary>
    /// <returns>The number of rows processed, and how many of them were refused.</returns>
    internal static (int Count, int Refused) TakeUp(WriteSession session, DateTimeOffset now)
    {
        RepairEmails(session);
        var unseen = session.List(TokensSql.SelectUnseen, static rows => new ManualToken(rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3)));
        var changes = unseen.ConvertAll(ManualTokenRule.Decide);
        foreach (var change in changes)
        {
            Save(session, change, now);
        }

        return (changes.Count, changes.Count(change => change.RefusedEmail is not null));
    }

    private static void Save(WriteSession session, ManualTokenChange change, DateTimeOffset now)
    {
        if (change.Email is { } email)
        {
            Tombstones.Lift(session, email, now);
            session.Execute(TokensSql.TakeUp, ("token", change.Stored), ("email", email), ("row", change.Row));
            session.Execute(UsersSql.Upsert, ("email", email), ("division", change.Division), ("now", now.ToUnixTimeMilliseconds()));
            return;
        }

        session.Execute(TokensSql.Refuse, ("token", change.Stored), ("row", change.Row));
        if (change.RefusedEmail is { } refused)
        {
            AuditLog.Write(session, new AuditEntry(now, Actor.System, "user.refuse", refused, "e-mail address of a manually inserted token"));
        }
    }

    /// <summary>Normalises e-mail addresses in other spellings: tokens move to the normalised address, and so does the user if it is free.</summary>
    private static void RepairEmails(WriteSession session)
    {
        foreach (var repair in session.List(UsersSql.SelectUnusual, static rows => ManualTokenRule.Repair(rows.Int64(0), rows.Text(1))).OfType<EmailRepair>())
        {
            session.Execute(UsersSql.Rename, ("email", repair.Email), ("user", repair.UserId));
            session.Execute(UsersSql.RenameTokens, ("email", repair.Email), ("old_email", repair.Former));
        }
    }

    private void Report((int Count, int Refused) taken)
    {
        if (taken.Count > 0)
        {
            residue.Left();
            Log.TakenUp(logger, taken.Count);
        }

        if (taken.Refused > 0)
        {
            Log.Refused(logger, taken.Refused);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Hashed {Count} manually inserted refresh tokens")]
        public static partial void TakenUp(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Warning, "Revoked {Count} manually inserted refresh tokens: their e-mail addresses contain control, format or combining characters, or are too long. The audit log lists them.")]
        public static partial void Refused(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Looking for manually inserted refresh tokens failed; retrying at the next interval")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
