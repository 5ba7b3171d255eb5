namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Converts Uptime Kuma's monitors for display. Pure.</summary>
internal static class KumaView
{
    public const string Source = "kuma";

    /// <summary>Kuma's longest usual interval is an hour; without a check for longer than this, a monitor's state is unknown.</summary>
    private static readonly TimeSpan s_oldest = TimeSpan.FromMinutes(10);

    public static MonitorView Of(KumaMonitor monitor, KumaSnapshot snapshot, DateTimeOffset now)
    {
        var newest = monitor.Heartbeats.Count > 0 ? monitor.Heartbeats[^1] : null;
        var isKnown = newest is not null && snapshot.Fault is null && now - newest.At <= MaxAge(monitor.Heartbeats);
        return new MonitorView(
            monitor.Name,
            Source,
            monitor.Kind.Length > 0 ? $"{monitor.Kind}, by Uptime Kuma" : "by Uptime Kuma",
            isKnown ? newest!.State : MonitorState.Unknown,
            newest is null ? "Uptime Kuma has not checked it yet" : snapshot.Fault is not null ? "Uptime Kuma cannot be read" : isKnown ? "according to Uptime Kuma" : "Uptime Kuma has not checked it for a while",
            isKnown ? Since(monitor.Heartbeats) : null,
            newest?.At,
            monitor.Uptime,
            null,
            [.. Enumerable.Range(0, OwnMonitorView.Hours).Select(hour => HourOf(monitor.Heartbeats, now.AddHours(hour - OwnMonitorView.Hours), now.AddHours(hour - OwnMonitorView.Hours + 1)))]);
    }

    /// <summary>Three times the interval between its last two checks, but at least ten minutes.</summary>
    private static TimeSpan MaxAge(IReadOnlyList<KumaHeartbeat> heartbeats)
    {
        var between = heartbeats.Count > 1 ? (heartbeats[^1].At - heartbeats[^2].At) * 3 : TimeSpan.Zero;
        return between > s_oldest ? between : s_oldest;
    }

    private static DateTimeOffset Since(IReadOnlyList<KumaHeartbeat> heartbeats)
    {
        var index = heartbeats.Count - 1;
        while (index > 0 && heartbeats[index - 1].State == heartbeats[index].State)
        {
            index--;
        }

        return heartbeats[index].At;
    }

    private static HourState HourOf(IReadOnlyList<KumaHeartbeat> heartbeats, DateTimeOffset from, DateTimeOffset to)
    {
        var state = HourState.Unseen;
        foreach (var heartbeat in heartbeats.Where(heartbeat => heartbeat.At >= from && heartbeat.At < to))
        {
            var here = heartbeat.State switch
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
