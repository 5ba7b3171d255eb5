using Ccflux.Receiver.Platform.Auth.Users;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Platform.Auth.Tokens;

/// <summary>Takes up what admins insert into <c>refresh_tokens</c> by hand: hashes plain tokens, makes their users known, and clears the
/// plain text from the log of the database.</summary>
internal sealed partial class HandInsertedTokens(
    SqliteReaders readers,
    GroupCommitWriter writer,
    PlainTextTraces traces,
    TimeProvider time,
    ILogger<HandInsertedTokens> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private int _checkpointsSeen = -1;

    /// <summary>One look. Public to the assembly for tests.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        List<string> plain;
        bool missing;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            plain = (await lease.Connection.QueryAsync<string>(TokensSql.SelectPlain)).AsList();
            missing = await lease.Connection.ExecuteScalarAsync<long>(UsersSql.CountMissing) > 0;
        }

        if (plain.Count > 0 || missing)
        {
            var taken = await writer.WriteAsync(connection => TakeUp(connection, plain));
            if (taken is { Status: WriteStatus.Committed, Value: > 0 })
            {
                traces.Left();
                Log.TakenUp(logger, taken.Value);
            }
        }

        // Also once after the start: a process that was killed may have left some.
        var left = traces.Count;
        if (left != _checkpointsSeen && await writer.CheckpointAsync() is { Status: WriteStatus.Committed, Value: true })
        {
            _checkpointsSeen = left;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(time, Interval, SweepAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private int TakeUp(SqlConnection connection, List<string> plain)
    {
        foreach (var token in plain)
        {
            connection.Execute(TokensSql.HashRefresh, SecretToken.Stored(token), token);
        }

        connection.Execute(UsersSql.InsertMissing, time.GetUtcNow().ToUnixTimeMilliseconds());
        return plain.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Took up {Count} refresh tokens that were inserted by hand; they are hashed now")]
        public static partial void TakenUp(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Looking for hand-inserted refresh tokens failed; the next look follows")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
