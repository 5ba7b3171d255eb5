using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>Every 5 s, forgets gone sessions and gives the full login to config dirs that run on a copy. When the receiver stops, it stores what it knows, so that the next process
/// does not take running sessions for ended ones in the seconds before their next heartbeats.</summary>
internal sealed partial class SessionSweep(
    LiveSessions sessions, FullLoginReissue wholes, ReadSessions readers, GroupCommitWriter writer, TimeProvider time, ILogger<SessionSweep> logger) : BackgroundService
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

    private Task<WriteResult<int>> FlushAsync() => writer.WriteAsync(writing =>
    {
        writing.Execute(SessionSql.Clear);
        var written = 0;
        foreach (var seen in sessions.Read())
        {
            foreach (var session in seen.Sessions)
            {
                written += writing.Execute(
                    SessionSql.Insert,
                    ("agent", seen.AgentId),
                    ("session", session.SessionId),
                    ("state", session.State),
                    ("model", session.Model),
                    ("since", session.Since.ToUnixTimeMilliseconds()),
                    ("seen_at", seen.SeenAt.ToUnixTimeMilliseconds()));
            }
        }

        return written;
    });

    private async Task<IEnumerable<ObservedConfigDir>> ReadAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var since = (time.GetUtcNow() - SessionRule.GoneAfter).ToUnixTimeMilliseconds();
        var recent = session.List(
            SessionSql.SelectRecent,
            static rows => (
                Agent: rows.Text(0),
                Machine: rows.Text(1),
                Applied: rows.TextOrNull(2),
                Session: new LiveSession { SessionId = rows.Text(3), State = rows.Text(4), Model = rows.TextOrNull(5), Since = UnixTime.At(rows.Int64(6)) },
                SeenAt: UnixTime.At(rows.Int64(7))),
            ("since", since),
            ("limit", LiveSessions.Capacity));
        return recent.GroupBy(row => row.Agent, StringComparer.Ordinal).Select(rows => new ObservedConfigDir(
            rows.Key, rows.First().Machine, rows.First().SeenAt, Presence.Live, rows.First().Applied, [.. rows.Select(row => row.Session)]));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Sweeping live sessions failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
