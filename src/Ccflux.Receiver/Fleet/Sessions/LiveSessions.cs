using System.Collections.Concurrent;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Live;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>Keeps the sessions that agents report, in memory. A heartbeat replaces everything known about its config dir; without one, sessions become stale and
/// then gone, whatever else arrives. Keeps at most <see cref="Capacity"/> sessions; those beyond it are dropped and counted.</summary>
internal sealed class LiveSessions(RotationWakeSignal wake, FleetMetrics metrics, IChangeFeed changes, TimeProvider time)
{
    public const int Capacity = 20_000;

    /// <summary>Pages need to know that something changed, not about each change.</summary>
    private static readonly TimeSpan s_announceEvery = TimeSpan.FromSeconds(1);

    /// <summary>One entry per config dir; there are at most <see cref="AgentStore.MaxAgents"/>.</summary>
    private readonly ConcurrentDictionary<string, Announcement> _announcements = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _count;
    private bool _changed;
    private long? _announcedAt;

    /// <summary>Sessions that were live or stale at the last sweep.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Note(EnrolledAgent agent, Heartbeat heartbeat) =>
        Note(agent.AgentId, agent.Machine, time.GetUtcNow(), heartbeat.Applied, heartbeat.Sessions);

    /// <summary>Restores what was known when the last process stopped. Newer reports take precedence.</summary>
    public void Restore(IEnumerable<ObservedConfigDir> known)
    {
        foreach (var seen in known.Where(seen => !_announcements.ContainsKey(seen.AgentId)))
        {
            Note(seen.AgentId, seen.Machine, seen.SeenAt, seen.Applied, seen.Sessions);
        }
    }

    /// <summary>Config dirs with a session that is not gone, by machine.</summary>
    public IReadOnlyList<ObservedConfigDir> Read()
    {
        var now = time.GetUtcNow();
        return
        [
            .. _announcements
                .Select(pair => new ObservedConfigDir(pair.Key, pair.Value.Machine, pair.Value.SeenAt, SessionRule.Of(now - pair.Value.SeenAt), pair.Value.Applied, pair.Value.Sessions))
                .Where(seen => seen.Sessions.Count > 0 && seen.Presence is not Presence.Gone)
                .OrderBy(seen => seen.Machine, StringComparer.Ordinal)
                .ThenBy(seen => seen.AgentId, StringComparer.Ordinal),
        ];
    }

    /// <summary>The one config dir that a session is in; null if none or more than one reports it.</summary>
    public string? AgentOf(string sessionId)
    {
        var now = time.GetUtcNow();
        string? found = null;
        foreach (var (agent, announcement) in _announcements)
        {
            if (SessionRule.Of(now - announcement.SeenAt) is not Presence.Gone && announcement.Sessions.Any(session => string.Equals(session.SessionId, sessionId, StringComparison.Ordinal)))
            {
                if (found is not null)
                {
                    return null;
                }

                found = agent;
            }
        }

        return found;
    }

    /// <summary>Forgets gone sessions, and notifies pages of changes that no heartbeat announced.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var (agent, announcement) in _announcements)
            {
                var presence = SessionRule.Of(now - announcement.SeenAt);
                if (presence == Presence.Gone)
                {
                    _announcements.TryRemove(agent, out _);
                    _count -= announcement.Sessions.Count;
                    _changed |= announcement.Sessions.Count > 0;
                }
                else if (presence != announcement.Announced)
                {
                    _announcements[agent] = announcement with { Announced = presence };
                    _changed |= announcement.Sessions.Count > 0;
                }
            }
        }

        Announce();
    }

    private void Note(string agentId, string machine, DateTimeOffset at, string? applied, IReadOnlyList<LiveSession> sessions)
    {
        bool began, ended;
        lock (_gate)
        {
            var before = _announcements.GetValueOrDefault(agentId);
            var room = Capacity - (_count - (before?.Sessions.Count ?? 0));
            if (sessions.Count > room)
            {
                metrics.SessionsDropped(sessions.Count - room);
                sessions = [.. sessions.Take(room)];
            }

            _count += sessions.Count - (before?.Sessions.Count ?? 0);
            _changed |= before is null ? sessions.Count > 0 : before.Announced != Presence.Live || !string.Equals(before.Applied, applied, StringComparison.Ordinal) || !before.Sessions.SequenceEqual(sessions);
            _announcements[agentId] = new Announcement(machine, at, applied, sessions, Presence.Live);
            began = sessions.Count > 0 && before is not { Sessions.Count: > 0 };
            ended = before?.Sessions.Any(IsInCall) == true && !sessions.Any(IsInCall);
        }

        if (began && applied is null)
        {
            wake.Give();
        }

        if (ended)
        {
            wake.CallsEnded(agentId);
        }

        Announce();
    }

    private static bool IsInCall(LiveSession session) => session.State is SessionState.Tool;

    private void Announce()
    {
        lock (_gate)
        {
            if (!_changed || (_announcedAt is { } at && time.GetElapsedTime(at) < s_announceEvery))
            {
                return;
            }

            _changed = false;
            _announcedAt = time.GetTimestamp();
        }

        changes.Publish(FleetFeature.Topic);
    }

    /// <param name="Announced">The presence that pages were last notified of.</param>
    private sealed record Announcement(string Machine, DateTimeOffset SeenAt, string? Applied, IReadOnlyList<LiveSession> Sessions, Presence Announced);
}
