using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Sends the outbox batch by batch and does what each answer requires, until it is empty or there is a reason to stop.</summary>
internal sealed class OutboxSender(
    StateDirectory state, StateLog log, TimeProvider time, Outbox outbox, ReportSender reporter, Acknowledgement acknowledgement, SessionCap cap, RetryBackoff backoff)
{
    /// <summary>True once there is no point in continuing in this run.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Turns acknowledged in this run.</summary>
    public int Acknowledged { get; private set; }

    /// <returns>False if it stopped with turns left.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        if (outbox.Count == 0)
        {
            return !Stopped;
        }

        outbox.Save();
        Fault.Point(Fault.QueueSaved);
        foreach (var batch in BatchPacker.Pack([.. outbox.Turns], outgoing => outgoing.Turn))
        {
            if (!await SendAsync(WithoutResting(batch), cancellationToken).ConfigureAwait(false))
            {
                Stopped = true;
                return false;
            }

            outbox.Save();
            Fault.Point(Fault.QueueTrimmed);
        }

        return true;
    }

    private async Task<bool> SendAsync(List<OutgoingTurn> batch, CancellationToken cancellationToken)
    {
        while (batch.Count > 0)
        {
            if (PausedIntervals.Load(state).IsPaused)
            {
                return false; // paused while this run was in progress
            }

            var result = await reporter.SendAsync([.. batch.Select(outgoing => outgoing.Turn)], cancellationToken).ConfigureAwait(false);
            switch (result.Action)
            {
                case ResponseAction.Done:
                    Fault.Point(Fault.Acknowledged);
                    backoff.Succeeded();
                    outbox.Remove(batch);
                    acknowledgement.Note(result.Reply!, reporter.Batch([.. batch.Select(outgoing => outgoing.Turn)]));
                    Acknowledged += batch.Count;
                    return true;

                case ResponseAction.Split or ResponseAction.SetAside when batch.Count > 1:
                    // Halving finds the bad report in a few requests and costs the others nothing.
                    var half = batch.Count / 2;
                    return await SendAsync([.. batch.Take(half)], cancellationToken).ConfigureAwait(false)
                        && await SendAsync([.. batch.Skip(half)], cancellationToken).ConfigureAwait(false);

                case ResponseAction.Split or ResponseAction.SetAside:
                    RejectedReports.Add(state, batch[0].Turn);
                    log.Error($"report: {result.Answer.Describe()}: turn {batch[0].Turn.TurnIndex} of session {batch[0].Turn.SessionId} set aside in rejected_reports.jsonl");
                    outbox.Remove(batch);
                    return true;

                case ResponseAction.HoldBack:
                    return await SendKnownAsync(batch, result.Answer, cancellationToken).ConfigureAwait(false);

                case ResponseAction.GoSilent:
                    GoSilent();
                    return false;

                case ResponseAction.NewToken:
                    return false; // logged where it was refused

                default:
                    if (!await WaitAsync(result.Answer, cancellationToken).ConfigureAwait(false))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    /// <summary>The whole batch is more than the receiver accepts today: by halving, the sessions that fit or that it knows are accepted.</summary>
    private async Task<bool> SendKnownAsync(List<OutgoingTurn> batch, ReceiverResponse answer, CancellationToken cancellationToken)
    {
        var sessions = batch.GroupBy(outgoing => outgoing.Turn.SessionId, StringComparer.Ordinal).Select(turns => turns.ToList()).ToList();
        if (sessions.Count == 1)
        {
            var session = sessions[0][0].Turn.SessionId;
            cap.Met(session, answer.RetryAfter);
            outbox.Hold(batch);
            log.Error($"report: {answer.Describe()}: session {session} waits for the next day; sessions that the receiver knows are still sent");
            return true;
        }

        var half = sessions.Count / 2;
        return await SendAsync([.. sessions[..half].SelectMany(turns => turns)], cancellationToken).ConfigureAwait(false)
            && await SendAsync(WithoutResting([.. sessions[half..].SelectMany(turns => turns)]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Holds back the sessions that must wait, and returns the others.</summary>
    private List<OutgoingTurn> WithoutResting(IReadOnlyList<OutgoingTurn> batch)
    {
        var resting = batch.Where(outgoing => cap.Holds(outgoing.Turn.SessionId)).ToHashSet();
        if (resting.Count > 0)
        {
            outbox.Hold([.. resting]);
        }

        return [.. batch.Where(outgoing => !resting.Contains(outgoing))];
    }

    /// <summary>The key was revoked: what is waiting is never sent, nor is anything later until the user deletes the key and this marker.</summary>
    private void GoSilent()
    {
        var from = outbox.Waiting.Select(turn => turn.EndedUtc).Append(time.GetUtcNow()).Min();
        PausedIntervals.Load(state).Open(PausedInterval.KeyRevoked, from);
        AtomicFile.Write(state.KeyRevoked, []);
        outbox.Clear();
        outbox.Save();
        log.Error("key: this device's key was revoked; the queue was cleared and nothing is sent any more");
    }

    private async Task<bool> WaitAsync(ReceiverResponse answer, CancellationToken cancellationToken)
    {
        if (backoff.Next(answer.RetryAfter) is not { } wait)
        {
            if (answer.RetryAfter is { } asked)
            {
                RetryTime.Write(state.RetryAt, time.GetUtcNow() + asked);
            }

            log.Error($"report: {answer.Describe()}; waiting for a later event: {Plural.Of(outbox.Count, "turn")}");
            return false;
        }

        log.Error($"report: {answer.Describe()}; retrying in {wait.TotalSeconds:F0} s");
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
