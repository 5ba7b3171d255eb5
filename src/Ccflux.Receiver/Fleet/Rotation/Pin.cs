namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>What a pin applies to. The narrower scope takes precedence.</summary>
internal enum PinScope
{
    ConfigDir = 1,
    Machine = 2,
    Fleet = 3,
}

/// <summary>How strictly a pin applies.</summary>
internal enum PinMode
{
    /// <summary>The account while it is usable, else the usual order.</summary>
    Soft = 1,

    /// <summary>This account or none.</summary>
    Strict = 2,
}

/// <summary>An account that the admin wants used.</summary>
/// <param name="Scope">What it applies to.</param>
/// <param name="Target">A config dir's id or a machine's name; null for the fleet.</param>
/// <param name="Account">The account.</param>
/// <param name="Mode">How strictly it applies.</param>
internal sealed record Pin(PinScope Scope, string? Target, FleetAccountId Account, PinMode Mode)
{
    public bool HoldsFor(ConfigDirState configDir) => Scope switch
    {
        PinScope.ConfigDir => string.Equals(Target, configDir.Id, StringComparison.Ordinal),
        PinScope.Machine => string.Equals(Target, configDir.Machine, StringComparison.Ordinal),
        PinScope.Fleet => true,
    };
}
