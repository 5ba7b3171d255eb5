using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>The sessions of a config directory as deliver sees them: which ones there are, what is new in one, and how far each is acknowledged
/// (<c>&lt;session&gt;.offset</c>).</summary>
internal sealed class SessionScans(StateDirectory state, StateLog log, TimeProvider time)
{
    /// <summary>Claude Code's own retention of a transcript, plus a month.</summary>
    private static readonly TimeSpan s_keepGone = TimeSpan.FromDays(60);

    private readonly MessageClaims _claims = MessageClaims.Load(state.MessageClaims);

    /// <summary>Every session on the machine, oldest first. A session whose id is not a valid file name was not written by the client.</summary>
    public IReadOnlyList<SessionFiles> All() => [.. SessionCatalog.List(state.ConfigDir).Where(session => HookEvent.IsFileName(session.SessionId))];

    /// <summary>The sessions that were reported before, and those written to since this machine has had a key: an event may have been lost
    /// to a full disk or a killed hook. Older ones are left to <c>ccflux backfill</c>. Watermarks of transcripts that are long gone are removed.</summary>
    public IReadOnlyList<SessionFiles> Known()
    {
        var all = All().ToDictionary(session => session.SessionId, StringComparer.Ordinal);
        var before = time.GetUtcNow().UtcDateTime - s_keepGone;
        foreach (var file in Directory.EnumerateFiles(state.Root, "*.offset"))
        {
            if (!all.ContainsKey(Path.GetFileNameWithoutExtension(file)) && File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }

        var keyMade = File.GetLastWriteTimeUtc(state.SigningKey);
        return [.. all.Values.Where(session => File.Exists(state.Offset(session.SessionId)) || TranscriptFile.LastWriteUtc(session.MainPath) > keyMade)];
    }

    /// <summary>The sessions that events name, oldest first. An event whose path is unusable is resolved by its session.</summary>
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

        return [.. SessionCatalog.OldestFirst(found.Values)];
    }

    /// <summary>Null if nothing can have changed.</summary>
    public ScanResult? Scan(SessionFiles session)
    {
        var committed = AtomicFile.Read(state.Offset(session.SessionId)) is { } bytes ? TranscriptState.Read(bytes) : null;
        if (committed is not null && !TranscriptScanner.HasChanged(session, committed))
        {
            return null;
        }

        var result = TranscriptScanner.Scan(session, committed, _claims);
        foreach (var problem in result.Problems)
        {
            log.Error($"transcript: session {session.SessionId}: a file could not be read: {problem.Reason}");
        }

        return result;
    }

    public void Commit(string sessionId, TranscriptState next)
    {
        _claims.Save(time.GetUtcNow());
        AtomicFile.Write(state.Offset(sessionId), next.Write());
    }

    /// <summary>Forgets how far every session was acknowledged, so that everything is sent again.</summary>
    public void ForgetAll()
    {
        foreach (var file in Directory.EnumerateFiles(state.Root, "*.offset"))
        {
            File.Delete(file);
        }
    }
}
