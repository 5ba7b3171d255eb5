using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>Which sessions a run looks at.</summary>
internal enum Scope
{
    /// <summary>Those named in the spool, and those that they imply.</summary>
    Spooled,

    /// <summary>Those named in the spool, and all that were reported before or written to since this machine has had a key.</summary>
    Known,

    /// <summary>Every transcript on the machine.</summary>
    Everything,

    /// <summary>None: only the readings of status lines.</summary>
    Readings,
}

/// <summary>One run of deliver while the lock is held: spool, transcripts, queue, receiver, repeated until nothing is left.</summary>
internal sealed class DeliveryRun(
    StateDirectory state, StateLog log, TimeProvider time, SessionScans scans, Outbox outbox, OutboxSender sender, ReportSender reporter, Acknowledgement acknowledgement, SessionCap cap)
{
    /// <summary>The client writes a turn's last rows while, or shortly after, it calls the hook: look again after this time.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private const int MaxBlocked = 100;

    /// <summary>Called with the number of sessions that are done, and how many there are.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <returns>Whether everything has been acknowledged.</returns>
    public async Task<bool> RunAsync(Scope scope, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var paused = PausedIntervals.Load(state);
        outbox.Restore(ReportQueue.Load(state, log).Where(turn => !paused.Covers(turn)), cap.Holds);
        var spool = new SpoolFile(state.Spool);
        var settled = 0L;
        var resent = false;
        var blocked = 0;
        while (true)
        {
            var spooled = spool.Read();
            Fault.Point(Fault.SpoolRead);
            var resend = acknowledgement.MustResendAll;
            if (resend && resent)
            {
                // With two databases behind one URL, everything would be sent for ever.
                log.Error("report: the receiver's database keeps changing; everything is sent again at the next event");
                return false;
            }

            if (resend)
            {
                ForgetOnce();
                resent = true;
            }

            var sessions = scope == Scope.Everything || resend ? scans.All() : Choose(spooled, scope);
            if (since is { } from)
            {
                sessions = [.. sessions.Where(session => TranscriptFile.LastWriteUtc(session.MainPath) >= from.UtcDateTime)];
            }

            var isDelivered = await DeliverAsync(sessions, cancellationToken).ConfigureAwait(false);
            if (isDelivered || cap.Held > 0)
            {
                cap.Save(scope == Scope.Everything || resend, since, isDelivered);
            }

            if (!isDelivered)
            {
                return false;
            }

            if (resend)
            {
                acknowledgement.ResentAll();
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

            if (spool.TryEmpty(spooled))
            {
                Fault.Point(Fault.SpoolEmptied);
                return true;
            }

            // A hook is adding a line, or the file cannot be written: its content stays, and is found to be delivered next time.
            if (++blocked == MaxBlocked)
            {
                return false;
            }
        }
    }

    /// <summary>Chooses the sessions to look at. SessionStart also covers earlier sessions, whose end may never have been reported; so do a run that was not started for
    /// specific sessions, and a run whose spool was too full to name them all.</summary>
    private IReadOnlyList<SessionFiles> Choose(SpoolContent spooled, Scope scope)
    {
        var named = scans.Named(spooled.Events);
        var all = scope == Scope.Known || spooled.IsFull || spooled.Events.Count == 0 || spooled.Events.Any(hookEvent => hookEvent.Name is "SessionStart");
        if (!all)
        {
            return named;
        }

        var ids = named.Select(session => session.SessionId).ToHashSet(StringComparer.Ordinal);
        return [.. SessionCatalog.OldestFirst(scans.Known().Where(session => !ids.Contains(session.SessionId)).Concat(named))];
    }

    private async Task<bool> DeliverAsync(IReadOnlyList<SessionFiles> sessions, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sessions.Count; i++)
        {
            if (!cap.Holds(sessions[i].SessionId))
            {
                Collect(sessions[i]);
            }

            if (outbox.Count >= ReportLimits.MaxTurns && !await sender.FlushAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            Progress?.Invoke(i + 1, sessions.Count);
        }

        outbox.AddQueued();
        return await sender.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Collect(SessionFiles session)
    {
        if (scans.Scan(session) is not { } result)
        {
            return;
        }

        Fault.Point(Fault.Scanned);
        reporter.ClaudeCodeVersion = result.ClaudeCodeVersion ?? reporter.ClaudeCodeVersion;
        var work = new SessionWork(() => scans.Commit(session.SessionId, result.Next));
        work.Opened();
        // Read again: a pause may have started while this run was waiting for the receiver.
        var paused = PausedIntervals.Load(state);
        var silent = 0;
        foreach (var turn in result.Turns)
        {
            if (paused.Covers(turn))
            {
                silent++;
            }
            else
            {
                outbox.Add(turn, work);
            }
        }

        if (silent > 0)
        {
            log.Activity($"paused interval: not sent: {Plural.Of(silent, "turn")} of session {session.SessionId}");
        }

        // A scan without turns moves the watermark at once; otherwise the acknowledgement of the last turn does.
        work.Closed();
    }

    /// <summary>Forgets the watermarks once per resend, however often it is interrupted: the mark records whether that was done.</summary>
    private void ForgetOnce()
    {
        if (AtomicFile.Read(state.ResendAll) is { Length: > 0 })
        {
            scans.ForgetAll();
            AtomicFile.Write(state.ResendAll, []);
        }
    }
}
