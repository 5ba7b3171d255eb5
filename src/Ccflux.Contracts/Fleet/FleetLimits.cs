namespace Ccflux.Contracts.Fleet;

/// <summary>Bounds of the fleet's requests. Both sides enforce them.</summary>
public static class FleetLimits
{
    /// <summary>Sessions of one config directory.</summary>
    public const int MaxSessions = 200;

    public const int MaxSessionId = 64;
    public const int MaxModelName = 128;

    /// <summary>Commands reported in one heartbeat, carried out or refused, and commands in one answer.</summary>
    public const int MaxCommands = 20;

    public const int MaxMachine = 255;

    /// <summary>Versions, platforms, labels, reasons.</summary>
    public const int MaxText = 64;

    /// <summary>Ids of accounts and agents.</summary>
    public const int MaxId = 64;

    /// <summary>Hex digits of a config directory's id.</summary>
    public const int ConfigDirId = 16;

    /// <summary>A login in the client's form, in bytes of JSON; real ones are below 1 KB.</summary>
    public const int MaxLogin = 16 * 1024;

    /// <summary>A seal in base64: a login and the data that accompanies it.</summary>
    public const int MaxSealed = 32 * 1024;

    public const int MaxEnrolmentCode = 64;
    public const int HeartbeatSeconds = 5;

    /// <summary>Maximum nesting of a body.</summary>
    public const int MaxDepth = 16;
}
