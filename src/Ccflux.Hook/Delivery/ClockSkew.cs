using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>How far this machine's clock is from the receiver's, once a refusal has made that worth measuring.</summary>
internal sealed class ClockSkew(TimeProvider time)
{
    /// <summary>How far back a wrong clock is taken to have been wrong. Older turns were written by a clock nobody knows anything of.</summary>
    private static readonly TimeSpan s_doubted = TimeSpan.FromHours(24);

    private TimeSpan? _offset;

    public DateTimeOffset ServerNow() => time.GetUtcNow() + (_offset ?? TimeSpan.Zero);

    /// <summary>Measures by the receiver's <c>Date</c>; false where it does not tell or was measured already.</summary>
    public bool Measure(DateTimeOffset? serverTime)
    {
        if (serverTime is not { } server || _offset is not null)
        {
            return false;
        }

        _offset = server - time.GetUtcNow();
        return true;
    }

    /// <summary>Measures anew, for a process that lives for days: clocks are set, and machines sleep.</summary>
    public void Follow(DateTimeOffset? serverTime)
    {
        if (serverTime is { } server)
        {
            _offset = server - time.GetUtcNow();
        }
    }

    /// <summary>The turn as the receiver's clock would have timed it. A turn that still lies in the future then is moved to now.</summary>
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

    /// <summary>The reading as the receiver's clock would have timed it, and never later than now. Its reset is the vendor's time, and stays.</summary>
    public ReportedReading Adjust(ReportedReading reading)
    {
        var doubted = _offset is { } offset && offset.Duration() > ReportLimits.ClockTolerance && reading.ObservedAt > time.GetUtcNow() - s_doubted;
        var at = doubted ? reading.ObservedAt + _offset!.Value : reading.ObservedAt;
        return at == reading.ObservedAt ? reading : reading with { ObservedAt = at <= ServerNow() ? at : ServerNow() };
    }
}
