using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>Lists the sessions of this config directory whose processes are alive, from the files that hooks wrote. Files of dead processes are removed.</summary>
internal sealed class SessionRegistry(FleetDirectory fleet)
{
    private readonly Dictionary<string, KnownModel> _models = new(StringComparer.Ordinal);

    public IReadOnlyList<LiveSession> Read()
    {
        var live = new List<LiveSession>();
        foreach (var session in Ids())
        {
            if (SessionRecord.Read(fleet.SessionFile(session)) is not { } note)
            {
                continue;
            }

            var calls = new OpenCalls(fleet, session);
            if (!note.Process.IsAlive())
            {
                File.Delete(fleet.SessionFile(session));
                calls.Forget();
                continue;
            }

            if (live.Count < FleetLimits.MaxSessions)
            {
                var since = DateTimeOffset.FromUnixTimeMilliseconds(note.Since);
                live.Add(calls.OldestSince() is { } opened
                    ? new LiveSession { SessionId = session, State = SessionState.Tool, Model = ModelOf(session, note), Since = opened }
                    : new LiveSession { SessionId = session, State = note.State, Model = ModelOf(session, note), Since = since });
            }
        }

        ForgetStrangers(live);
        return live;
    }

    /// <summary>Whether any tool call is open now; checked again right before a login changes.</summary>
    public bool AnyCallOpen() => Read().Any(session => session.State is SessionState.Tool);

    /// <summary>Identifies the set of sessions, to detect changes; costs one folder listing.</summary>
    public int SetOfSessions()
    {
        var set = 0;
        foreach (var session in Ids())
        {
            set = unchecked(set + StringComparer.Ordinal.GetHashCode(session));
        }

        return set;
    }

    private IEnumerable<string> Ids() => Directory.Exists(fleet.Sessions)
        ? Directory.EnumerateFiles(fleet.Sessions).Select(path => Path.GetFileName(path)).Where(HookEvent.IsFileName)
        : [];

    /// <summary>The model of a session, from its transcript: the client does not report it at a session's start. It is looked up once per change of state.</summary>
    private string? ModelOf(string session, SessionRecord note)
    {
        if (!_models.TryGetValue(session, out var known) || known.At != note.Since)
        {
            known = new KnownModel(note.Since, (TranscriptTail.LastModel(note.TranscriptPath) ?? note.Model) is { } model ? ModelName.Of(model) : null);
            _models[session] = known;
        }

        return known.Name is { Length: <= FleetLimits.MaxModelName } name ? name : null;
    }

    /// <summary>Removes calls whose session file is gone, and models of sessions that have ended.</summary>
    private void ForgetStrangers(List<LiveSession> live)
    {
        var ids = live.ConvertAll(session => session.SessionId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _models.Keys.Where(session => !ids.Contains(session)).ToArray())
        {
            _models.Remove(gone);
        }

        if (!Directory.Exists(fleet.Calls))
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(fleet.Calls))
        {
            if (!File.Exists(fleet.SessionFile(Path.GetFileName(folder))) && Directory.GetLastWriteTimeUtc(folder) < DateTime.UnixEpoch.AddMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 60_000))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private sealed record KnownModel(long At, string? Name);
}
