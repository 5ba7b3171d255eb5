using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>Which sessions a run looks at.</summary>
internal enum Scope
{
    /// <summary>Those named in the spool, and those that they imply.</summary>
    Spooled,

    /// <summary>Every transcript on the machine, as history.</summary>
    Everything,

    /// <summary>None: only the readings of status lines.</summary>
    Readings,
}

/// <summary>One run of deliver while the lock is held: spool, transcripts, outbox, receiver, repeated until nothing is left; then what a backfill has to do.</summary>
internal sealed class DeliveryRun(StateDirectory state, StateLog log, TimeProvider time, SessionStates states, OutboxFile outbox, OutboxSender sender, Acknowledgement acknowledgement)
{
    /// <summary>The client writes a turn's last rows while, or shortly after, it calls the hook: look again after this time.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private const int MaxBlocked = 100;

    /// <summary>Entries that are written to the disk at once: about a megabyte.</summary>
    private const int AppendedLines = 64;

    private readonly SpoolFile _spool = new(state.Spool);
    private bool _everythingAgain;

    /// <summary>Called with the number of sessions that are done, and how many there are.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Sessions that the receiver's allowance for history left for later.</summary>
    public int Held { get; private set; }

    /// <returns>Whether everything has been acknowledged, but for what is <see cref="Held"/>.</returns>
    public async Task<bool> RunAsync(Scope scope, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        LegacyQueue.SetAside(state, log);
        var settled = 0L;
        var blocked = 0;
        while (true)
        {
            var spooled = _spool.Read();
            Fault.Point(Fault.SpoolRead);
            if (acknowledgement.MustResendAll && !await SendAgainAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            if (!await DeliverAsync(Choose(spooled, all: scope == Scope.Everything), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            if (acknowledgement.MustResendAll)
            {
                continue;
            }

            if (spooled.Length != settled)
            {
                settled = spooled.Length;
                await Task.Delay(s_settle, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (_spool.TryEmpty(spooled))
            {
                Fault.Point(Fault.SpoolEmptied);
                return scope != Scope.Everything || await BackfillAsync(states.All(), since, cancellationToken).ConfigureAwait(false);
            }

            // A hook is adding a line, or the file cannot be written: its content stays, and is found to be delivered next time.
            if (++blocked == MaxBlocked)
            {
                return false;
            }
        }
    }

    /// <summary>Chooses the sessions to look at. SessionStart also covers earlier sessions, whose end may never have been reported; so does a run that was not started for
    /// specific sessions, and one whose spool was too full to name them all.</summary>
    private IReadOnlyList<SessionPaths> Choose(SpoolContent spooled, bool all)
    {
        var named = states.Named(spooled.Events);
        if (!all && !spooled.IsFull && spooled.Events.Count > 0 && !spooled.Events.Any(hookEvent => hookEvent.Name is "SessionStart"))
        {
            return named;
        }

        var ids = named.Select(session => session.SessionId).ToHashSet(StringComparer.Ordinal);
        return [.. named, .. states.Known().Where(session => !ids.Contains(session.SessionId))];
    }

    /// <summary>Reads what is new in sessions into the outbox, and sends it.</summary>
    private async Task<bool> DeliverAsync(IReadOnlyList<SessionPaths> sessions, CancellationToken cancellationToken)
    {
        foreach (var session in sessions)
        {
            if (!await CollectAsync(session, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return await sender.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> CollectAsync(SessionPaths session, CancellationToken cancellationToken)
    {
        // Read again: a pause may have started while this run was waiting for the receiver.
        if (states.Read(session, PausedIntervals.Load(state).Covers) is not { } reading)
        {
            return true;
        }

        Fault.Point(Fault.Scanned);
        foreach (var lines in ReportPacker.Entries(reading, session.SessionId).Select(entry => entry.ToLine()).Chunk(AppendedLines))
        {
            if (outbox.TryAppend(lines))
            {
                continue;
            }

            AtomicFile.Write(state.OutboxFull, []);
            if (!await sender.FlushAsync(cancellationToken).ConfigureAwait(false))
            {
                log.Error($"outbox: full: session {session.SessionId} is read again once there is room");
                return false;
            }

            outbox.TryAppend(lines);
        }

        File.Delete(state.OutboxFull);
        Fault.Point(Fault.OutboxSaved);
        states.Commit(session.SessionId, reading.Next);
        Fault.Point(Fault.Committed);
        Note(session, reading);
        return true;
    }

    private void Note(SessionPaths session, SessionReading reading)
    {
        if (reading.SilentRows > 0)
        {
            log.Activity($"paused interval: not sent: {Plural.Of(reading.SilentRows, "row")} of session {session.SessionId}");
        }
    }

    /// <summary>Sends sessions as history, directly: their transcripts count as read once that is acknowledged.</summary>
    private async Task<bool> BackfillAsync(IReadOnlyList<SessionPaths> sessions, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (since is { } from)
        {
            sessions = [.. sessions.Where(session => session.All.Any(path => TranscriptFile.Look(path)?.Written >= from.UtcTicks))];
        }

        var batch = new List<OutboxEntry>();
        var bytes = 0;
        var done = new List<Action>();
        async Task<Sent> SendAsync()
        {
            var sent = batch.Count == 0 ? Sent.All : await sender.SendAsync([.. batch], backfill: true, cancellationToken).ConfigureAwait(false);
            if (sent == Sent.All)
            {
                done.ForEach(commit => commit());
                done.Clear();
                batch.Clear();
                bytes = 0;
            }

            return sent;
        }

        for (var i = 0; i < sessions.Count; i++)
        {
            var session = sessions[i];
            if (states.ReadHistory(session, PausedIntervals.Load(state).Covers) is { } reading)
            {
                foreach (var entry in ReportPacker.Entries(reading, session.SessionId))
                {
                    var size = entry.ToLine().Length;
                    if (bytes + size > OutboxSender.ReportBytes && await SendAsync().ConfigureAwait(false) is not Sent.All and var stopped)
                    {
                        return Ended(stopped, sessions.Count - i);
                    }

                    batch.Add(entry);
                    bytes += size;
                }

                done.Add(() => states.CommitHistory(session.SessionId, reading.Next));
            }

            // What happens now does not wait for what happened long ago.
            if (_spool.Read() is { Length: > 0 } spooled && !await DeliverAsync(states.Named(spooled.Events), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            Progress?.Invoke(i + 1, sessions.Count);
        }

        return Ended(await SendAsync().ConfigureAwait(false), Math.Max(1, done.Count));
    }

    private bool Ended(Sent sent, int left)
    {
        Held = sent == Sent.NoMoreHistory ? left : 0;
        return sent != Sent.Stopped;
    }

    /// <summary>The receiver's database was replaced: sends everything again that it had, once in a run.</summary>
    private async Task<bool> SendAgainAsync(CancellationToken cancellationToken)
    {
        if (_everythingAgain)
        {
            // With two databases behind one URL, everything would be sent for ever.
            log.Error("report: the receiver's database keeps changing; everything is sent again at the next event");
            return false;
        }

        _everythingAgain = true;
        acknowledgement.ForgetOnce(states.RestartAll);
        if (!await DeliverAsync(states.Known(), cancellationToken).ConfigureAwait(false) || !await BackfillAsync(states.Backfilled(), since: null, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        acknowledgement.ResentAll();
        return true;
    }
}
