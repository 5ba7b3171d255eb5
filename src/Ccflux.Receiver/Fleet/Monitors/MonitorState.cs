namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>What is known of something that is watched.</summary>
public enum MonitorState
{
    /// <summary>Nothing, or nothing any more. It is never shown as health.</summary>
    Unknown = 1,
    Up = 2,

    /// <summary>It answers, and takes its time.</summary>
    Slow = 3,
    Down = 4,

    /// <summary>Uptime Kuma is not sure yet.</summary>
    Pending = 5,

    /// <summary>Uptime Kuma was told not to look.</summary>
    Maintenance = 6,

    /// <summary>Some of what it stands for is up, some is not.</summary>
    Partly = 7,
}

/// <summary>States as they are stored and written.</summary>
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
