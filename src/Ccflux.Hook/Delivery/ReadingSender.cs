using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Sends the waiting readings. It tries once: a status line is drawn again within the minute. After a failure it waits, so that readings delay
/// no turn and do not disturb a receiver that accepts none.</summary>
internal sealed class ReadingSender(StateDirectory state, StateLog log, TimeProvider time)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait for a receiver without this route, which may get it any day.</summary>
    private static readonly TimeSpan s_unknown = TimeSpan.FromHours(6);

    private readonly ReadingSpool _spool = new(state);

    /// <summary>Whether there is something to send and no reason to wait.</summary>
    public bool IsDue => RetryTime.Read(state.QuotaRetryAt, time.GetUtcNow()) is null && _spool.Read().Waiting.Count > 0;

    public async Task SendAsync(RegisteredRequest post, ClockSkew clock, CancellationToken cancellationToken)
    {
        if (!IsDue)
        {
            return;
        }

        var paused = PausedIntervals.Load(state);
        var waiting = _spool.Read().Waiting;
        var silent = waiting.FindAll(reading => paused.Covers(reading.ObservedAt));
        if (silent.Count > 0 && !_spool.TryRemove(silent))
        {
            return;
        }

        foreach (var batch in waiting.Except(silent).Chunk(ReadingLimits.MaxReadings))
        {
            if (!await SendAsync(batch, post, clock, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <returns>False if there is no point in continuing.</returns>
    private async Task<bool> SendAsync(ReportedReading[] readings, RegisteredRequest post, ClockSkew clock, CancellationToken cancellationToken)
    {
        ReadingBatch Batch() => new() { Client = ClientVersion.Describe(claudeCodeVersion: null), Readings = [.. readings.Select(clock.Adjust)] };

        var (action, answer) = await post
            .SendAsync(Routes.QuotaReadings, () => JsonSerializer.SerializeToUtf8Bytes(Batch(), QuotaJson.Default.ReadingBatch), cancellationToken)
            .ConfigureAwait(false);
        switch (action)
        {
            case ResponseAction.Done when IsReply(answer.Body):
                Fault.Point(Fault.ReadingsAcknowledged);
                AtomicFile.Write(state.LastReadings, JsonSerializer.SerializeToUtf8Bytes(new LastReadings(time.GetUtcNow(), Batch()), QuotaStateJson.Default.LastReadings));
                return Forget(readings);

            case ResponseAction.Split or ResponseAction.SetAside when readings.Length > 1:
                var half = readings.Length / 2;
                return await SendAsync(readings[..half], post, clock, cancellationToken).ConfigureAwait(false)
                    && await SendAsync(readings[half..], post, clock, cancellationToken).ConfigureAwait(false);

            case ResponseAction.Split or ResponseAction.SetAside:
                log.Error($"readings: {answer.Describe()}: dropping one reading");
                return Forget(readings);

            case ResponseAction.GoSilent:
                // The next turn gets the same answer and handles it, because it knows when the silence starts.
                Forget(_spool.Read().Waiting);
                RetryTime.Write(state.QuotaRetryAt, time.GetUtcNow() + s_unknown);
                return false;

            case ResponseAction.NewToken:
                return false; // logged where it was refused

            default:
                Rest(answer);
                return false;
        }
    }

    private void Rest(ReceiverResponse answer)
    {
        var isUnknown = answer.Status is 404 or 405;
        var rest = isUnknown ? s_unknown : answer.RetryAfter > s_rest ? answer.RetryAfter.Value : s_rest;
        RetryTime.Write(state.QuotaRetryAt, time.GetUtcNow() + rest);
        if (!isUnknown)
        {
            log.Error($"readings: {(answer.IsSuccess ? "the answer does not come from a receiver" : answer.Describe())}; they are sent later");
        }
    }

    private bool Forget(IReadOnlyCollection<ReportedReading> done)
    {
        if (_spool.TryRemove(done))
        {
            return true;
        }

        // A status line has locked the file: the readings are sent once more, and the receiver will recognise them.
        RetryTime.Write(state.QuotaRetryAt, time.GetUtcNow() + s_rest);
        return false;
    }

    /// <summary>A 200 without a valid reply comes from a proxy.</summary>
    private static bool IsReply(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, QuotaJson.Default.ReadingsReply) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
