using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Identity;

/// <summary>Tokens and devices of the users who report.</summary>
internal sealed class IdentityOptions
{
    [ConfigurationKeyName("ACCESS_TOKEN_EXPIRY_SECS"), Range(60, 30 * 86400)]
    [Description("Access token lifetime, in seconds.")]
    public int AccessTokenExpirySeconds { get; set; } = 28_800;

    [ConfigurationKeyName("REFRESH_TOKEN_ROLLING_DAYS"), Range(1, 3650)]
    [Description("Each use sets a refresh token's expiry this many days ahead, unless the token has its own number of days.")]
    public int RefreshTokenRollingDays { get; set; } = 90;

    [ConfigurationKeyName("DEVICE_APPROVAL")]
    [Description("Refuse a new device's reports until an admin approves it.")]
    public bool DeviceApproval { get; set; }

    [ConfigurationKeyName("MAX_DEVICES_PER_DAY"), Range(1, 1_000_000)]
    [Description("Devices that a user may register per day (UTC). A container that starts without its config directory is a new device each time; the 1000 seen most recently are kept.")]
    public int MaxDevicesPerDay { get; set; } = 500;
}
