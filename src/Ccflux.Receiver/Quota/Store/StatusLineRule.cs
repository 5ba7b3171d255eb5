namespace Ccflux.Receiver.Quota.Store;

/// <summary>
/// Decides which status-line readings are news. The line of an idle session repeats its last values for hours while other sessions are active. A client that knows
/// its sessions marks fresh figures: those of a session that has just begun, or whose figure has moved. Any other reading (from an older client, or one that
/// lost its state) is a repetition if it belongs to an earlier window, if it falls back by little, or if it was reported before in this window and
/// does not follow on from the reading before it.
/// </summary>
internal static class StatusLineRule
{
    /// <param name="before">The window before this reading; null if nothing is known.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="isFresh">Whether the client states that it had just come from the issuer.</param>
    /// <param name="wasReported">Whether the same figure was reported before in this window.</param>
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
            // The issuer may reset a limit early and move its next reset along with it.
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
