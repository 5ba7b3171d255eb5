namespace Ccflux.Receiver.Quota.Store;

/// <summary>
/// Which status-line readings say something new. An idle session's line repeats what it saw last, for hours, beside sessions that go on. A client that knows
/// its sessions says which figures are fresh: those of a session that has just begun, or whose figure has moved. Of the others (older clients, a client that
/// lost its state) a reading is a repetition that belongs to an earlier window, that falls behind by little, or that was told before in this window and
/// does not follow on from the reading before it.
/// </summary>
internal static class StatusLineRule
{
    /// <param name="before">What the window was like before; null where nothing is known.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="isFresh">Whether the client says that it was taken from the issuer just then.</param>
    /// <param name="wasReported">Whether the same figure was told before in this window.</param>
    public static bool IsNews(Reading? before, Reading reading, bool isFresh, Func<bool> wasReported)
    {
        if (before is not { } known)
        {
            return true;
        }

        if (known.ResetsAt is null || reading.ResetsAt is null)
        {
            return known.UsedMilli != reading.UsedMilli || known.ResetsAt is null != reading.ResetsAt is null;
        }

        var later = reading.ResetsAt.Value - known.ResetsAt.Value;
        if (later.Duration() > Reading.SameInstance)
        {
            // The issuer may set a limit back early, and its next reset with it.
            return later > TimeSpan.Zero || (isFresh && reading.ObservedAt > known.ObservedAt);
        }

        var rise = reading.UsedMilli - known.UsedMilli;
        return rise switch
        {
            0 => false,
            _ when isFresh => true,
            >= Reading.ResetFall or <= -Reading.ResetFall => !wasReported(),
            _ => rise > 0,
        };
    }
}
