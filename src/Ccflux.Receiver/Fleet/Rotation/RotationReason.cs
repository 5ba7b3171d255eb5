namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>Why a config dir stays with its account, leaves it, or has none.</summary>
internal enum RotationReason
{
    /// <summary>The account in use is the right one.</summary>
    InOrder = 1,

    /// <summary>The config dir had no account of the vault.</summary>
    FirstChoice = 2,

    /// <summary>An account whose week ends sooner can be used; what it has left would be lost.</summary>
    Perishable = 3,

    /// <summary>The 5-hour window reached its ceiling, or has not cooled since.</summary>
    FiveHourCeiling = 4,

    /// <summary>The 5-hour window is full.</summary>
    FiveHourExhausted = 5,

    /// <summary>The 7-day window is used up.</summary>
    SevenDayExhausted = 6,

    /// <summary>The window of a model that a live session uses is full.</summary>
    ModelExhausted = 7,

    /// <summary>At its present speed the 5-hour window reaches its ceiling within the horizon.</summary>
    FiveHourVelocity = 8,

    /// <summary>At its present speed the 7-day window is used up within the horizon.</summary>
    SevenDayVelocity = 9,

    /// <summary>The account's login cannot be used.</summary>
    Login = 10,

    /// <summary>The account may not be used there, or not any more.</summary>
    NotGranted = 11,

    /// <summary>A pin requires it.</summary>
    Pinned = 12,

    /// <summary>The admin requested it.</summary>
    Requested = 13,

    /// <summary>The last switch was too recent.</summary>
    Cooldown = 14,

    /// <summary>Rotation is paused.</summary>
    Paused = 15,
}
