using Ccflux.Receiver.Platform.Auth.Users;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Platform.Auth.Tokens;

/// <summary>Takes up what admins insert into <c>refresh_tokens</c> by hand: hashes plain tokens, makes their users known, and clears the
/// plain text from the log of the database.</summary>
internal sealed partial class HandInsertedTokens(
    SqliteReaders readers,
    GroupCommitWriter writer,
    TimeProvider time,
    ILogger<HandInsertedTokens> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private bool _checkpointDue;

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
            _checkpointDue |= taken.Status == WriteStatus.Committed && plain.Count > 0;
            Log.TakenUp(logger, plain.Count);
        }

        if (_checkpointDue)
        {
            _checkpointDue = await writer.CheckpointAsync() is not { Status: WriteStatus.Committed, Value: true };
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.Failed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private bool TakeUp(SqlConnection connection, List<string> plain)
    {
        foreach (var token in plain)
        {
            connection.Execute(TokensSql.HashRefresh, SecretToken.Stored(token), token);
        }

        connection.Execute(UsersSql.InsertMissing, time.GetUtcNow().ToUnixTimeMilliseconds());
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Took up {Count} refresh tokens that were inserted by hand; they are hashed now")]
        public static partial void TakenUp(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Looking for hand-inserted refresh tokens failed; the next look follows")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
