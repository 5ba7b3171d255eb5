using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for monitors.</summary>
internal static class MonitorText
{
    public static Tone Tone(MonitorState state) => state switch
    {
        MonitorState.Up => Shell.Components.Tone.Good,
        MonitorState.Slow or MonitorState.Pending or MonitorState.Partly => Shell.Components.Tone.Warn,
        MonitorState.Down => Shell.Components.Tone.Bad,
        MonitorState.Unknown or MonitorState.Maintenance => Shell.Components.Tone.None,
    };

    public static string Word(MonitorState state) => state switch
    {
        MonitorState.Unknown => "Unknown",
        MonitorState.Up => "Up",
        MonitorState.Slow => "Slow",
        MonitorState.Down => "Down",
        MonitorState.Pending => "Pending",
        MonitorState.Maintenance => "Maintenance",
        MonitorState.Partly => "Partly",
    };

    public static string Class(HourState hour) => hour switch
    {
        HourState.Good => "",
        HourState.Warning => "w",
        HourState.Bad => "b",
        HourState.Unseen => "n",
    };

    /// <summary>A description of the 24-hour strip for screen readers.</summary>
    public static string Strip(MonitorView monitor)
    {
        int Count(HourState state) => monitor.Hours.Count(hour => hour == state);
        return $"24 hours: {Count(HourState.Good)} without problems, {Count(HourState.Warning)} slow or partly up, {Count(HourState.Bad)} with an outage, {Count(HourState.Unseen)} not checked";
    }

    /// <summary>Never rounds up to 100 %.</summary>
    public static string Uptime(double? share) => share is { } known
        ? Numbers.Rate(known < 1 ? Math.Min(known, 0.999) : known)
        : Numbers.Unknown;

    public static string Seen(MonitorView monitor) => monitor.Seen is { } seen and < 0.99
        ? $"{monitor.Detail}; of the last 24 hours, {Numbers.Share(seen)} were checked"
        : monitor.Detail;
}
