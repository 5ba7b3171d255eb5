namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>The state of a monitor during one hour.</summary>
public enum HourState
{
    /// <summary>No check was made.</summary>
    Unseen = 1,
    Good = 2,

    /// <summary>Slow, pending, or partly up.</summary>
    Warning = 3,

    /// <summary>Down at least once.</summary>
    Bad = 4,
}

/// <summary>A monitor as the page shows it.</summary>
/// <param name="Source"><c>own</c> or <c>kuma</c>.</param>
/// <param name="What">What is checked.</param>
/// <param name="Detail">What the state is based on.</param>
/// <param name="Uptime">Of the checks in 24 hours, from 0 to 1; null if there were none.</param>
/// <param name="Seen">The share of the 24 hours that was checked, from 0 to 1; null if unknown.</param>
/// <param name="Hours">24, oldest first.</param>
public sealed record MonitorView(
    string Name, string Source, string What, MonitorState State, string Detail, DateTimeOffset? Since, DateTimeOffset? CheckedAt, double? Uptime, double? Seen, IReadOnlyList<HourState> Hours);

/// <param name="Note">Who checks, and where alerts go.</param>
/// <param name="Fault">Why the figures may be old.</param>
public sealed record MonitorsView(string Note, string? Fault, IReadOnlyList<MonitorView> Monitors);
