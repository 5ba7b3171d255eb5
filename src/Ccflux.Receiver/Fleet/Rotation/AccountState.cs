namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>Whether an account's login can be used.</summary>
internal enum LoginState
{
    Usable = 1,

    /// <summary>It is being renewed, or will be before it is needed.</summary>
    Renewing = 2,

    /// <summary>Only the operator can restore it.</summary>
    NeedsLogin = 3,

    /// <summary>The issuer rejected its refresh token.</summary>
    Quarantined = 4,
}

/// <summary>An account, as far as rotation is concerned.</summary>
/// <param name="Id">The vault's id.</param>
/// <param name="FiveHour">Null if never read.</param>
/// <param name="SevenDay">Null if never read.</param>
internal sealed record AccountState(FleetAccountId Id, WindowState? FiveHour, WindowState? SevenDay)
{
    public LoginState Login { get; init; } = LoginState.Usable;

    /// <summary>Windows that apply to single models.</summary>
    public IReadOnlyList<ScopedWindow> Scoped { get; init; } = [];

    /// <summary>Overrides the settings' ceiling, if the admin set one for this account.</summary>
    public double? FiveHourCeiling { get; init; }

    /// <inheritdoc cref="FiveHourCeiling"/>
    public double? SevenDayCeiling { get; init; }

    /// <summary>It reached its 5-hour ceiling and has not cooled since, according to the last <see cref="Decision"/>.</summary>
    public bool Cooling { get; init; }
}
