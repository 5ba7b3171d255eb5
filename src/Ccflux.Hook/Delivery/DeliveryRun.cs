using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>Which sessions a run looks at.</summary>
internal enum Scope
{
    /// <summary>Those that the spool names, and those it implies.</summary>
    Spooled,

    /// <summary>Those that the spool names, and all that were reported before or written to since this machine has a key.</summary>
    Known,

    /// <summary>Every transcript on the machine.</summary>
    Everything,

    /// <summary>None: only the readings of status lines.</summary>
    Readings,
}

/// <summary>One run of deliver with the lock held: spool, transcripts, queue, receiver, and round again until nothing is left.</summary>
internal sealed class DeliveryRun(
    StateDirectory state, StateLog log, TimeProvider time, SessionScans scans, Outbox outbox, OutboxSender sender, ReportSender reporter, Acknowledgement acknowledgement, SessionCap cap)
{
    /// <summary>The client writes a turn's last rows while, or shortly after, it calls the hook: look again after this.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private const int MaxBlocked = 100;

    /// <summary>Told how many sessions are done, of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <returns>Whether all that there was is acknowledged.</returns>
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
                // Two databases behind one address would have everything sent for ever.
                log.Error("report: the receiver's database changes all the time; everything is sent again at the next event");
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

            // A hook is adding a line, or the file cannot be written: then what it names stays, and is found to be delivered next time.
            if (++blocked == MaxBlocked)
            {
                return false;
            }
        }
    }

    /// <summary>SessionStart looks after earlier sessions too, whose end may never have been told; so does a run that nobody asked for by
    /// name, and one whose spool was too full to name all.</summary>
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
        // Read anew: a pause may have come while this run was waiting for the receiver.
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
            log.Activity($"silence: not sent: {Plural.Of(silent, "turn")} of session {session.SessionId}");
        }

        // A turn-less scan moves the watermark at once; otherwise the last acknowledged turn does.
        work.Closed();
    }

    /// <summary>Once a resend, however often it is interrupted: the mark says whether the watermarks were forgotten.</summary>
    private void ForgetOnce()
    {
        if (AtomicFile.Read(state.ResendAll) is { Length: > 0 })
        {
            scans.ForgetAll();
            AtomicFile.Write(state.ResendAll, []);
        }
    }
}
