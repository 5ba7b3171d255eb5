namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>The state of a monitor.</summary>
public enum MonitorState
{
    /// <summary>Nothing is known, or nothing any more. Never shown as healthy.</summary>
    Unknown = 1,
    Up = 2,

    /// <summary>It answers, but slowly.</summary>
    Slow = 3,
    Down = 4,

    /// <summary>Uptime Kuma is not certain yet.</summary>
    Pending = 5,

    /// <summary>Uptime Kuma has been asked not to check.</summary>
    Maintenance = 6,

    /// <summary>Some of what it covers is up, some is not.</summary>
    Partly = 7,
}

/// <summary>The names of states as they are stored and exported.</summary>
internal static class MonitorStates
{
    public static string Name(MonitorState state) => state switch
    {
        MonitorState.Unknown => "unknown",
        MonitorState.Up => "up",
        MonitorState.Slow => "slow",
        MonitorState.Down => "down",
        MonitorState.Pending => "pending",
        MonitorState.Maintenance => "maintenance",
        MonitorState.Partly => "partly",
    };

    public static MonitorState Parse(string name) => name switch
    {
        "up" => MonitorState.Up,
        "slow" => MonitorState.Slow,
        "down" => MonitorState.Down,
        "pending" => MonitorState.Pending,
        "maintenance" => MonitorState.Maintenance,
        "partly" => MonitorState.Partly,
        _ => MonitorState.Unknown,
    };
}
