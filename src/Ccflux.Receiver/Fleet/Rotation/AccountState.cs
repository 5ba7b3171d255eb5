namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>Whether an account's login can be used.</summary>
internal enum LoginState
{
    /// <summary>It can.</summary>
    Usable = 1,

    /// <summary>It is being renewed, or will be before it is needed.</summary>
    Renewing = 2,

    /// <summary>Only the operator can bring it back.</summary>
    NeedsLogin = 3,

    /// <summary>The issuer refused its refresh token.</summary>
    Quarantined = 4,
}

/// <summary>An account, as far as rotation is concerned.</summary>
/// <param name="Id">Of the vault.</param>
/// <param name="FiveHour">Null where it was never read.</param>
/// <param name="SevenDay">Null where it was never read.</param>
internal sealed record AccountState(long Id, WindowState? FiveHour, WindowState? SevenDay)
{
    public LoginState Login { get; init; } = LoginState.Usable;

    /// <summary>Windows of single models.</summary>
    public IReadOnlyList<ScopedWindow> Scoped { get; init; } = [];

    /// <summary>In the place of the settings' ceiling, where the admin gave it one.</summary>
    public double? FiveHourCeiling { get; init; }

    /// <inheritdoc cref="FiveHourCeiling"/>
    public double? SevenDayCeiling { get; init; }

    /// <summary>It reached its 5-hour ceiling and has not cooled since: what the last <see cref="Decision"/> said.</summary>
    public bool Cooling { get; init; }
}
