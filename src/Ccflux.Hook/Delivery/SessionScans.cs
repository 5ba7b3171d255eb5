using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>The sessions of a config dir as deliver sees them: which there are, what is new in one, and how far each is acknowledged
/// (<c>&lt;session&gt;.offset</c>).</summary>
internal sealed class SessionScans(StateDirectory state, StateLog log, TimeProvider time)
{
    private readonly MessageLedger _ledger = MessageLedger.Load(state.Ledger);

    /// <summary>Every session on the machine, older ones first.</summary>
    public IReadOnlyList<SessionFiles> All() => SessionCatalog.List(state.ConfigDir);

    /// <summary>The sessions that were reported before.</summary>
    public IReadOnlyList<SessionFiles> Known() => [.. All().Where(session => File.Exists(state.Offset(session.SessionId)))];

    /// <summary>The sessions that events name, older ones first. An event whose path is of no use is found by its session.</summary>
    public IReadOnlyList<SessionFiles> Named(IReadOnlyList<HookEvent> events)
    {
        var found = new Dictionary<string, SessionFiles>(StringComparer.Ordinal);
        IReadOnlyList<SessionFiles>? all = null;
        foreach (var hookEvent in events)
        {
            if (hookEvent.SessionId is not { } id || found.ContainsKey(id))
            {
                continue;
            }

            var session = hookEvent.TranscriptPath is { } path && File.Exists(path)
                ? SessionCatalog.Find(path)
                : (all ??= All()).FirstOrDefault(candidate => string.Equals(candidate.SessionId, id, StringComparison.Ordinal));
            if (session is not null && HookEvent.IsFileName(session.SessionId))
            {
                found[id] = session;
            }
        }

        return [.. found.Values.OrderBy(session => File.GetCreationTimeUtc(session.MainPath))];
    }

    /// <summary>Null where nothing can have changed.</summary>
    public ScanResult? Scan(SessionFiles session)
    {
        var committed = AtomicFile.Read(state.Offset(session.SessionId)) is { } bytes ? TranscriptState.Read(bytes) : null;
        if (committed is not null && !TranscriptScanner.HasChanged(session, committed))
        {
            return null;
        }

        var result = TranscriptScanner.Scan(session, committed, _ledger);
        foreach (var problem in result.Problems)
        {
            log.Error($"transcript: session {session.SessionId}: a file could not be read: {problem.Reason}");
        }

        return result;
    }

    public void Commit(string sessionId, TranscriptState next)
    {
        _ledger.Save(time.GetUtcNow());
        AtomicFile.Write(state.Offset(sessionId), next.Write());
    }

    /// <summary>Forgets how far every session was acknowledged, so that all of it is sent again.</summary>
    public void ForgetAll()
    {
        foreach (var file in Directory.EnumerateFiles(state.Root, "*.offset"))
        {
            File.Delete(file);
        }
    }
}
