using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Takes up what admins insert into <c>refresh_tokens</c> by hand: hashes plain tokens, makes their users known, and clears the
/// plain text from the log of the database.</summary>
internal sealed partial class ManualTokenHasher(
    SqliteReaders readers,
    GroupCommitWriter writer,
    PlaintextResidue residue,
    TimeProvider time,
    ILogger<ManualTokenHasher> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private int _checkpointsSeen = -1;
    private bool _hasLooked;

    /// <summary>One look. Public to the assembly for tests.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        long unseen;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            unseen = await lease.Connection.ExecuteScalarAsync<long>(TokensSql.CountUnseen);
        }

        // Once after the start in any case: an earlier version may have stored addresses in another spelling.
        if (unseen > 0 || !_hasLooked)
        {
            var taken = await writer.WriteAsync(connection => TakeUp(connection, time.GetUtcNow()));
            _hasLooked |= taken.Status == WriteStatus.Committed;
            Report(taken.Value);
        }

        // Also once after the start: a process that was killed may have left some.
        var left = residue.Count;
        if (left != _checkpointsSeen && await writer.CheckpointAsync() is { Status: WriteStatus.Committed, Value: true })
        {
            _checkpointsSeen = left;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, Interval, SweepAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <summary>To be called inside a write: hashes plain tokens, writes addresses by the one rule (those of users too) and makes their users known. A token whose address
    /// the rule refuses is revoked, and the audit log says so.</summary>
    /// <returns>Rows looked at, and how many of them were refused.</returns>
    internal static (int Count, int Refused) TakeUp(SqlConnection connection, DateTimeOffset now)
    {
        RepairEmails(connection);
        var unseen = new List<(long Row, string Token, string Email, string Division)>();
        using (var rows = connection.Query(TokensSql.SelectUnseen))
        {
            while (rows.Read())
            {
                unseen.Add((rows.Number(0), rows.Text(1), rows.Text(2), rows.Text(3)));
            }
        }

        var refused = 0;
        foreach (var (row, token, email, division) in unseen)
        {
            var stored = SecretToken.IsStored(token) ? token : SecretToken.Stored(token);
            if (UserRules.TryNormalize(email, out var address))
            {
                connection.Execute(TokensSql.TakeUp, stored, address, row);
                connection.Execute(UsersSql.Upsert, address, division, now.ToUnixTimeMilliseconds());
                continue;
            }

            connection.Execute(TokensSql.Refuse, stored, row);
            if (!string.IsNullOrWhiteSpace(email))
            {
                refused++;
                AuditLog.Write(connection, new AuditEntry(now, AuditActor.System, "user.refuse", UserRules.Printable(email), "the address of a token inserted by hand"));
            }
        }

        return (unseen.Count, refused);
    }

    /// <summary>Addresses in another spelling than the rule's: their tokens go to the right one, and so does the user where it is free.</summary>
    private static void RepairEmails(SqlConnection connection)
    {
        var users = new List<(long Id, string Email)>();
        using (var rows = connection.Query(UsersSql.SelectUnusual))
        {
            while (rows.Read())
            {
                users.Add((rows.Number(0), rows.Text(1)));
            }
        }

        foreach (var (id, email) in users)
        {
            if (UserRules.TryNormalize(email, out var address) && !string.Equals(address, email, StringComparison.Ordinal))
            {
                connection.Execute(UsersSql.Rename, address, id);
                connection.Execute(UsersSql.RenameTokens, address, email);
            }
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
        [LoggerMessage(1, LogLevel.Information, "Took up {Count} refresh tokens that were inserted by hand; they are hashed now")]
        public static partial void TakenUp(ILogger logger, int count);

        [LoggerMessage(3, LogLevel.Warning, "Revoked {Count} refresh tokens that were inserted by hand: their addresses hold control, format or combining characters, or are too long. The audit log has them.")]
        public static partial void Refused(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Looking for hand-inserted refresh tokens failed; the next look follows")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
