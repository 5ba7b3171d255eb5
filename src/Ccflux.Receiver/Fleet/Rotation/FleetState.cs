namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>The complete input of <see cref="RotationRule"/>.</summary>
internal sealed record FleetState(
    RotationSettings Settings, IReadOnlyList<AccountState> Accounts, IReadOnlyList<ConfigDirState> ConfigDirs, IReadOnlyList<Pin> Pins, bool Paused = false);
