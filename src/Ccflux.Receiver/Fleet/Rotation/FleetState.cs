namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>Everything <see cref="RotationRule"/> looks at.</summary>
internal sealed record FleetState(
    RotationSettings Settings, IReadOnlyList<AccountState> Accounts, IReadOnlyList<ConfigDirState> ConfigDirs, IReadOnlyList<Pin> Pins, bool Paused = false);
