using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Measures how far this machine's clock is from the receiver's, once a refusal has made that worthwhile.</summary>
internal sealed class ClockSkew(TimeProvider time)
{
    /// <summary>How far back a wrong clock is assumed to have been wrong. Nothing is known about the clock that timed older requests.</summary>
    private static readonly TimeSpan s_doubted = TimeSpan.FromHours(24);

    private TimeSpan? _offset;

    public DateTimeOffset ServerNow() => time.GetUtcNow() + (_offset ?? TimeSpan.Zero);

    /// <summary>Measures against the receiver's <c>Date</c>; false if it is missing or the skew was measured already.</summary>
    public bool Measure(DateTimeOffset? serverTime)
    {
        if (serverTime is not { } server || _offset is not null)
        {
            return false;
        }

        _offset = server - time.GetUtcNow();
        return true;
    }

    /// <summary>Measures again, for a process that lives for days: clocks are set, and machines sleep.</summary>
    public void Follow(DateTimeOffset? serverTime)
    {
        if (serverTime is { } server)
        {
            _offset = server - time.GetUtcNow();
        }
    }

    /// <summary>The report as the receiver's clock would have timed it. What is still in the future after that is moved to now.</summary>
    public RequestBatch Adjust(RequestBatch batch) => _offset is null ? batch : batch with { Sessions = [.. batch.Sessions.Select(Adjust)] };

    private ReportedSession Adjust(ReportedSession session) => session with
    {
        Turns = [.. session.Turns.Select(turn => turn with { Started = Adjust(turn.Started), Ended = Adjust(turn.Ended) })],
        Requests = [.. session.Requests.Select(request => request with { At = Adjust(request.At) })],
        LimitEvents = session.LimitEvents?.Select(limit => limit with { At = Adjust(limit.At) }).ToArray(),
    };

    /// <summary>An instant in epoch milliseconds.</summary>
    private long Adjust(long at)
    {
        var doubted = _offset!.Value.Duration() > ReportLimits.ClockTolerance && at > (time.GetUtcNow() - s_doubted).ToUnixTimeMilliseconds();
        var adjusted = doubted ? at + (long)_offset.Value.TotalMilliseconds : at;
        return Math.Min(adjusted, Math.Max(ServerNow().ToUnixTimeMilliseconds(), 0));
    }

    /// <summary>The reading as the receiver's clock would have timed it, but never later than now. Its reset time comes from the vendor and does not change.</summary>
    public ReportedReading Adjust(ReportedReading reading)
    {
        var doubted = _offset is { } offset && offset.Duration() > ReportLimits.ClockTolerance && reading.ObservedAt > time.GetUtcNow() - s_doubted;
        var at = doubted ? reading.ObservedAt + _offset!.Value : reading.ObservedAt;
        return at == reading.ObservedAt ? reading : reading with { ObservedAt = at <= ServerNow() ? at : ServerNow() };
    }
}
