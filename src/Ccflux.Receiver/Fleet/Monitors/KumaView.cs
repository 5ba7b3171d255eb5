namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>How Uptime Kuma's monitors are shown. Pure.</summary>
internal static class KumaView
{
    public const string Source = "kuma";

    /// <summary>Kuma's longest usual interval is an hour; a monitor without a beat for longer than this is not known to be anything.</summary>
    private static readonly TimeSpan s_oldest = TimeSpan.FromMinutes(10);

    public static MonitorView Of(KumaMonitor monitor, KumaSight sight, DateTimeOffset now)
    {
        var newest = monitor.Beats.Count > 0 ? monitor.Beats[^1] : null;
        var isKnown = newest is not null && sight.Fault is null && now - newest.At <= Patience(monitor.Beats);
        return new MonitorView(
            monitor.Name,
            Source,
            monitor.Kind.Length > 0 ? $"{monitor.Kind}, by Uptime Kuma" : "by Uptime Kuma",
            isKnown ? newest!.State : MonitorState.Unknown,
            newest is null ? "Uptime Kuma has no check of it" : sight.Fault is not null ? "Uptime Kuma cannot be read" : isKnown ? "as Uptime Kuma says" : "Uptime Kuma has not checked it for a while",
            isKnown ? Since(monitor.Beats) : null,
            newest?.At,
            monitor.Uptime,
            null,
            [.. Enumerable.Range(0, OwnView.Hours).Select(hour => HourOf(monitor.Beats, now.AddHours(hour - OwnView.Hours), now.AddHours(hour - OwnView.Hours + 1)))]);
    }

    /// <summary>Three times what lay between its last two checks, ten minutes at the least.</summary>
    private static TimeSpan Patience(IReadOnlyList<KumaBeat> beats)
    {
        var between = beats.Count > 1 ? (beats[^1].At - beats[^2].At) * 3 : TimeSpan.Zero;
        return between > s_oldest ? between : s_oldest;
    }

    private static DateTimeOffset Since(IReadOnlyList<KumaBeat> beats)
    {
        var index = beats.Count - 1;
        while (index > 0 && beats[index - 1].State == beats[index].State)
        {
            index--;
        }

        return beats[index].At;
    }

    private static HourState HourOf(IReadOnlyList<KumaBeat> beats, DateTimeOffset from, DateTimeOffset to)
    {
        var state = HourState.Unseen;
        foreach (var beat in beats.Where(beat => beat.At >= from && beat.At < to))
        {
            var here = beat.State switch
            {
                MonitorState.Down => HourState.Bad,
                MonitorState.Up => HourState.Good,
                MonitorState.Slow or MonitorState.Pending or MonitorState.Partly => HourState.Warning,
                MonitorState.Unknown or MonitorState.Maintenance => HourState.Unseen,
            };
            state = here > state ? here : state;
        }

        return state;
    }
}
