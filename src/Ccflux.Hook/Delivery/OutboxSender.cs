using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Outcome of sending entries.</summary>
internal enum Sent
{
    /// <summary>All are acknowledged or set aside.</summary>
    All,

    /// <summary>The receiver takes no more history for now.</summary>
    NoMoreHistory,

    /// <summary>There is no point in continuing in this run.</summary>
    Stopped,
}

/// <summary>Sends entries report by report and does what each answer requires, until all are sent or there is a reason to stop.</summary>
internal sealed class OutboxSender(
    StateDirectory state, StateLog log, TimeProvider time, OutboxFile outbox, SessionStates states, ReportSender reporter, Acknowledgement acknowledgement, RetryBackoff backoff)
{
    /// <summary>Bytes of entries that are put into one report: what a receiver takes at least, without what is around them.</summary>
    public const int ReportBytes = ReportLimits.DefaultBodyBytes - 16 * 1024;

    /// <summary>Pauses above this number are not repeated: the earlier ones were sent when they were the latest.</summary>
    private const int MaxPauses = 200;

    /// <summary>Requests acknowledged in this run.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>How long the receiver asked to wait, after <see cref="Sent.NoMoreHistory"/>.</summary>
    public TimeSpan? HistoryRest { get; private set; }

    /// <summary>Sends the outbox.</summary>
    /// <returns>False if it stopped with something left.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        while (outbox.Waiting > 0)
        {
            var (entries, bytes) = outbox.First(ReportBytes, out var damaged);
            if (damaged > 0)
            {
                log.Error($"outbox: {Plural.Of(damaged, "damaged line")} skipped");
            }

            if (await SendAsync(entries, backfill: false, cancellationToken).ConfigureAwait(false) != Sent.All)
            {
                return false;
            }

            outbox.Advance(bytes);
            Fault.Point(Fault.OutboxTrimmed);
        }

        return true;
    }

    /// <summary>Sends some entries, which may be more than one report.</summary>
    public async Task<Sent> SendAsync(IReadOnlyList<OutboxEntry> entries, bool backfill, CancellationToken cancellationToken)
    {
        // Read again: a pause may have started since the entries were read.
        var paused = PausedIntervals.Load(state);
        entries = [.. entries.Select(entry => entry.Without(paused.Covers)).OfType<OutboxEntry>()];
        while (entries.Count > 0)
        {
            if (PausedIntervals.Load(state).IsPaused)
            {
                return Sent.Stopped; // paused while this run was in progress
            }

            var pauses = acknowledgement.PausesToSend(paused, MaxPauses);
            var result = await reporter.SendAsync(ReportPacker.Batch(entries, backfill, pauses), cancellationToken).ConfigureAwait(false);
            switch (result.Action)
            {
                case ResponseAction.Done:
                    Fault.Point(Fault.Acknowledged);
                    backoff.Succeeded();
                    acknowledgement.Note(result.Reply!, result.Batch);
                    acknowledgement.NotePauses(pauses);
                    Acknowledged += result.Batch.Sessions.Sum(session => session.Requests.Count);
                    return Sent.All;

                case ResponseAction.Split or ResponseAction.SetAside:
                    return await SendHalvesAsync(entries, backfill, result.Answer, cancellationToken).ConfigureAwait(false);

                case ResponseAction.StopBackfill when backfill:
                    HistoryRest = result.Answer.RetryAfter;
                    return Sent.NoMoreHistory;

                case ResponseAction.GoSilent:
                    GoSilent(entries);
                    return Sent.Stopped;

                case ResponseAction.NewToken:
                    return Sent.Stopped; // logged where it was refused

                default:
                    if (!await WaitAsync(result.Answer, cancellationToken).ConfigureAwait(false))
                    {
                        return Sent.Stopped;
                    }

                    break;
            }
        }

        return Sent.All;
    }

    /// <summary>Halving finds what is refused in a few requests and costs the others nothing.</summary>
    private async Task<Sent> SendHalvesAsync(IReadOnlyList<OutboxEntry> entries, bool backfill, ReceiverResponse answer, CancellationToken cancellationToken)
    {
        OutboxEntry[] first, second;
        if (entries.Count > 1)
        {
            (first, second) = ([.. entries.Take(entries.Count / 2)], [.. entries.Skip(entries.Count / 2)]);
        }
        else if (entries[0].Halves() is { } halves)
        {
            (first, second) = ([halves.First], [halves.Second]);
        }
        else
        {
            RejectedReports.Add(state, entries[0]);
            log.Error($"report: {answer.Describe()}: a part of session {entries[0].Session.SessionId} set aside in rejected_reports.jsonl");
            return Sent.All;
        }

        var sent = await SendAsync(first, backfill, cancellationToken).ConfigureAwait(false);
        return sent == Sent.All ? await SendAsync(second, backfill, cancellationToken).ConfigureAwait(false) : sent;
    }

    /// <summary>The key was revoked: what is waiting is never sent, nor is anything later until the user deletes the key and this marker.</summary>
    private void GoSilent(IReadOnlyList<OutboxEntry> entries)
    {
        var waiting = entries.Concat(outbox.First((int)OutboxFile.MaxBytes, out _).Entries).SelectMany(entry => entry.Session.Requests).Select(request => DateTimeOffset.FromUnixTimeMilliseconds(request.At));
        PausedIntervals.Load(state).Open(PausedInterval.KeyRevoked, waiting.Append(time.GetUtcNow()).Min());
        AtomicFile.Write(state.KeyRevoked, []);
        outbox.Clear();
        states.MoveToEnds();
        log.Error("key: this device's key was revoked; what was waiting was dropped and nothing is sent any more");
    }

    private async Task<bool> WaitAsync(ReceiverResponse answer, CancellationToken cancellationToken)
    {
        if (backoff.Next(answer.RetryAfter) is not { } wait)
        {
            if (answer.RetryAfter is { } asked)
            {
                RetryTime.Write(state.RetryAt, time.GetUtcNow() + asked);
            }

            log.Error($"report: {answer.Describe()}; waiting for a later event: {Plural.Of(outbox.Waiting, "byte")}");
            return false;
        }

        log.Error($"report: {answer.Describe()}; retrying in {wait.TotalSeconds:F0} s");
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
