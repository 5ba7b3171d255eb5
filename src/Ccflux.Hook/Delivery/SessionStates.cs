using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>The sessions of a config directory as deliver sees them: which ones there are, what is new in one, and how far each has been read. A session with an event here has
/// <c>&lt;session&gt;.offset</c>; what a backfill read of any other has <c>&lt;session&gt;.history</c>.</summary>
internal sealed class SessionStates(StateDirectory state, StateLog log, TimeProvider time)
{
    /// <summary>Claude Code's own retention of a transcript, plus a month.</summary>
    private static readonly TimeSpan s_keepGone = TimeSpan.FromDays(60);

    /// <summary>Every session on the machine, also those of other users. A session whose id is not a valid file name was not written by the client.</summary>
    public IReadOnlyList<SessionPaths> All() => [.. SessionCatalog.List(state.ConfigDir).Where(session => HookEvent.IsFileName(session.SessionId))];

    /// <summary>The sessions that had an event here, whose last one may have been lost. States of transcripts that are long gone are removed.</summary>
    public IReadOnlyList<SessionPaths> Known()
    {
        var all = All();
        var there = all.Select(session => session.SessionId).ToHashSet(StringComparer.Ordinal);
        var before = time.GetUtcNow().UtcDateTime - s_keepGone;
        foreach (var file in Directory.EnumerateFiles(state.Root, "*.offset").Concat(Directory.EnumerateFiles(state.Root, "*.history")))
        {
            if (!there.Contains(Path.GetFileNameWithoutExtension(file)) && File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }

        return [.. all.Where(session => File.Exists(state.Offset(session.SessionId)))];
    }

    /// <summary>The sessions that events name. An event whose path is unusable is resolved by its session.</summary>
    public IReadOnlyList<SessionPaths> Named(IReadOnlyList<HookEvent> events)
    {
        var found = new Dictionary<string, SessionPaths>(StringComparer.Ordinal);
        IReadOnlyList<SessionPaths>? all = null;
        foreach (var hookEvent in events)
        {
            if (hookEvent.SessionId is not { } id)
            {
                continue;
            }

            Begin(id, hookEvent);
            var known = found.GetValueOrDefault(id);
            var session = hookEvent.TranscriptPath is { } path && File.Exists(path)
                ? known is not null && known.Main.Contains(path, StringComparer.Ordinal) ? null : SessionCatalog.Find(id, path)
                : known is null ? (all ??= All()).FirstOrDefault(candidate => string.Equals(candidate.SessionId, id, StringComparison.Ordinal)) : null;
            if (session is not null)
            {
                // The same session may go on in several folders.
                found[id] = known is null ? session : new SessionPaths(id, [.. known.Main, .. session.Main], [.. known.Subagents.Union(session.Subagents, StringComparer.Ordinal)]);
            }
        }

        return [.. found.Values];
    }

    /// <summary>What is new in a session that had an event here; null if nothing can be.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isSilent">Whether nothing may be reported of an instant (epoch milliseconds).</param>
    public SessionReading? Read(SessionPaths session, Func<long, bool> isSilent) => Read(session, state.Offset(session.SessionId), isSilent);

    public void Commit(string sessionId, SessionProgress next) => AtomicFile.Write(state.Offset(sessionId), next.Write());

    /// <summary>The same for a backfill, which looks at any session. What <see cref="Read(SessionPaths, Func{long, bool})"/> reads from its start needs none.</summary>
    public SessionReading? ReadHistory(SessionPaths session, Func<long, bool> isSilent) =>
        Progress(state.Offset(session.SessionId)) is { HistoryUntilMs: 0 } ? null : Read(session, state.History(session.SessionId), isSilent);

    public void CommitHistory(string sessionId, SessionProgress next) => AtomicFile.Write(state.History(sessionId), next.Write());

    /// <summary>The sessions that a backfill read.</summary>
    public IReadOnlyList<SessionPaths> Backfilled() => [.. All().Where(session => File.Exists(state.History(session.SessionId)))];

    /// <summary>Has everything sent again that was sent before.</summary>
    public void RestartAll()
    {
        foreach (var file in Directory.EnumerateFiles(state.Root, "*.offset").Concat(Directory.EnumerateFiles(state.Root, "*.history")))
        {
            if (Progress(file) is { } progress)
            {
                progress.Restart();
                AtomicFile.Write(file, progress.Write());
            }
        }
    }

    /// <summary>Passes over everything that the known sessions have.</summary>
    public void MoveToEnds()
    {
        foreach (var session in Known())
        {
            if (Read(session, _ => true) is { } reading)
            {
                Commit(session.SessionId, reading.Next);
            }
        }
    }

    /// <summary>Notes a session's first event, which decides what of it is history.</summary>
    private void Begin(string id, HookEvent hookEvent)
    {
        if (File.Exists(state.Offset(id)))
        {
            return;
        }

        var progress = hookEvent is { Resumed: { Length: > 0 } resumed, TranscriptPath: { } path }
            ? SessionProgress.Resumed(SessionReader.NameOf(path, state.ConfigDir), resumed.Length, resumed.AtMs)
            : new SessionProgress();
        Commit(id, progress);
    }

    private SessionReading? Read(SessionPaths session, string stateFile, Func<long, bool> isSilent)
    {
        var progress = Progress(stateFile);
        if (progress is not null && !SessionReader.HasChanged(session, state.ConfigDir, progress))
        {
            return null;
        }

        var reading = new SessionReader(session, state.ConfigDir, progress, isSilent).Run();
        foreach (var problem in reading.Problems)
        {
            log.Error($"transcript: session {session.SessionId}: a file could not be read: {problem.Reason}");
        }

        return reading;
    }

    private static SessionProgress? Progress(string stateFile) => AtomicFile.Read(stateFile) is { } bytes ? SessionProgress.Read(bytes) : null;
}
