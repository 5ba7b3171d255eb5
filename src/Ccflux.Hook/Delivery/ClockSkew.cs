using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Measures how far this machine's clock is from the receiver's, once a refusal has made that worthwhile.</summary>
internal sealed class ClockSkew(TimeProvider time)
{
    /// <summary>How far back a wrong clock is assumed to have been wrong. Nothing is known about the clock that timed older turns.</summary>
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

    /// <summary>The turn as the receiver's clock would have timed it. A turn that is still in the future after that is moved to now.</summary>
    public TurnReport Adjust(TurnReport turn)
    {
        if (_offset is not { } offset)
        {
            return turn;
        }

        var doubted = offset.Duration() > ReportLimits.ClockTolerance && turn.EndedUtc > time.GetUtcNow() - s_doubted;
        var shift = doubted ? offset : TimeSpan.Zero;
        var beyond = turn.EndedUtc + shift - ServerNow();
        if (beyond > TimeSpan.Zero)
        {
            shift -= beyond;
        }

        return shift == TimeSpan.Zero
            ? turn
            : turn with
            {
                StartedUtc = turn.StartedUtc + shift,
                EndedUtc = turn.EndedUtc + shift,
                SessionStartUtc = turn.SessionStartUtc + shift,
                LimitEvents = turn.LimitEvents?.Select(limit => limit with { AtUtc = limit.AtUtc + shift }).ToArray(),
                ClockAdjusted = true,
            };
    }

    /// <summary>The reading as the receiver's clock would have timed it, but never later than now. Its reset time comes from the vendor and does not change.</summary>
    public ReportedReading Adjust(ReportedReading reading)
    {
        var doubted = _offset is { } offset && offset.Duration() > ReportLimits.ClockTolerance && reading.ObservedAt > time.GetUtcNow() - s_doubted;
        var at = doubted ? reading.ObservedAt + _offset!.Value : reading.ObservedAt;
        return at == reading.ObservedAt ? reading : reading with { ObservedAt = at <= ServerNow() ? at : ServerNow() };
    }
}
