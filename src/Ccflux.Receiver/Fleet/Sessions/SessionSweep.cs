using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>Every 5 s, forgets gone sessions and gives the full login to config dirs that run on a copy. When the receiver stops, it stores what it knows, so that the next process
/// does not take running sessions for ended ones in the seconds before their next heartbeats.</summary>
internal sealed partial class SessionSweep(
    LiveSessions sessions, FullLoginReissue wholes, SqliteReaders readers, GroupCommitWriter writer, TimeProvider time, ILogger<SessionSweep> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        sessions.Restore(await ReadAsync(cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicLoop.RunLaterAsync(
        time,
        SessionRule.SweepEvery,
        async token =>
        {
            sessions.Sweep();
            await wholes.GiveAsync(sessions.Read(), token);
        },
        exception => Log.Failed(logger, exception),
        stoppingToken);

    private Task<WriteResult<int>> FlushAsync() => writer.WriteAsync(connection =>
    {
        connection.Execute(SessionSql.Clear);
        var written = 0;
        foreach (var seen in sessions.Read())
        {
            foreach (var session in seen.Sessions)
            {
                written += connection.Execute(SessionSql.Insert, seen.AgentId, session.SessionId, session.State, session.Model, session.Since.ToUnixTimeMilliseconds(), seen.SeenAt.ToUnixTimeMilliseconds());
            }
        }

        return written;
    });

    private async Task<IEnumerable<ObservedConfigDir>> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var since = (time.GetUtcNow() - SessionRule.GoneAfter).ToUnixTimeMilliseconds();
        var rows = await lease.Connection.QueryAsync<Row>(new CommandDefinition(SessionSql.SelectRecent, new { Since = since, LiveSessions.Capacity }, cancellationToken: cancellationToken));
        return rows.GroupBy(row => row.AgentId, StringComparer.Ordinal).Select(rows => new ObservedConfigDir(
            rows.Key,
            rows.First().Machine,
            UnixTime.At(rows.First().LastSeenAt),
            Presence.Live,
            rows.First().Applied,
            [.. rows.Select(row => new LiveSession { SessionId = row.SessionId, State = row.State, Model = row.Model, Since = UnixTime.At(row.Since) })]));
    }

    private sealed class Row
    {
        public string AgentId { get; init; } = "";

        public string Machine { get; init; } = "";

        public string? Applied { get; init; }

        public string SessionId { get; init; } = "";

        public string State { get; init; } = "";

        public string? Model { get; init; }

        public long Since { get; init; }

        public long LastSeenAt { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Sweeping live sessions failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
