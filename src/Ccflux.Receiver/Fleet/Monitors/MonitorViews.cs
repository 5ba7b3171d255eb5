namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>How an hour went.</summary>
public enum HourState
{
    /// <summary>It was not looked at.</summary>
    Unseen = 1,
    Good = 2,

    /// <summary>Slow, pending, or partly up.</summary>
    Warning = 3,

    /// <summary>Down at least once.</summary>
    Bad = 4,
}

/// <summary>Something that is watched, as the page shows it.</summary>
/// <param name="Source"><c>own</c> or <c>kuma</c>.</param>
/// <param name="What">What is checked.</param>
/// <param name="Detail">What the state comes from.</param>
/// <param name="Uptime">Of the checks of 24 hours, from 0 to 1; null where there are none.</param>
/// <param name="Seen">How much of the 24 hours was looked at, from 0 to 1; null where that is not known.</param>
/// <param name="Hours">24, the oldest first.</param>
public sealed record MonitorView(
    string Name, string Source, string What, MonitorState State, string Detail, DateTimeOffset? Since, DateTimeOffset? CheckedAt, double? Uptime, double? Seen, IReadOnlyList<HourState> Hours);

/// <param name="Note">Who checks, and who is told.</param>
/// <param name="Fault">Why what is shown may be old.</param>
public sealed record MonitorsView(string Note, string? Fault, IReadOnlyList<MonitorView> Monitors);
