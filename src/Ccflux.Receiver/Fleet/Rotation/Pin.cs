namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>What a pin holds for. The narrower goes before the wider.</summary>
internal enum PinScope
{
    ConfigDir = 1,
    Machine = 2,
    Fleet = 3,
}

/// <summary>How much a pin insists.</summary>
internal enum PinMode
{
    /// <summary>The account while it is usable, else the order as ever.</summary>
    Soft = 1,

    /// <summary>This account or none.</summary>
    Strict = 2,
}

/// <summary>An account that the admin wants used.</summary>
/// <param name="Scope">What it holds for.</param>
/// <param name="Target">A config dir's id or a machine's name; nothing for the fleet.</param>
/// <param name="Account">The account.</param>
/// <param name="Mode">How much it insists.</param>
internal sealed record Pin(PinScope Scope, string? Target, long Account, PinMode Mode)
{
    public bool HoldsFor(ConfigDirState configDir) => Scope switch
    {
        PinScope.ConfigDir => string.Equals(Target, configDir.Id, StringComparison.Ordinal),
        PinScope.Machine => string.Equals(Target, configDir.Machine, StringComparison.Ordinal),
        PinScope.Fleet => true,
    };
}
