namespace Ccflux.Receiver.Quota.Store;

/// <summary>
/// Which status-line readings say something new. An idle session's line repeats what it saw last, for hours, beside sessions that go on: a reading
/// that falls behind the one before it in the same window instance, or belongs to an earlier instance, is such a repetition.
/// </summary>
internal static class StatusLineRule
{
    private static readonly TimeSpan s_sameInstance = TimeSpan.FromMinutes(1);

    public static bool IsNews(Reading? before, Reading reading)
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
        return later > s_sameInstance || (later >= -s_sameInstance && reading.UsedMilli > known.UsedMilli);
    }
}
