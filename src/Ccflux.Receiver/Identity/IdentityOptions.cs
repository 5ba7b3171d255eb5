using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Identity;

/// <summary>Tokens and devices of the users who report.</summary>
internal sealed class IdentityOptions
{
    [ConfigurationKeyName("ACCESS_TOKEN_EXPIRY_SECS"), Range(60, 30 * 86400)]
    [Description("How long an access token holds, in seconds.")]
    public int AccessTokenExpirySeconds { get; set; } = 28_800;

    [ConfigurationKeyName("REFRESH_TOKEN_ROLLING_DAYS"), Range(1, 3650)]
    [Description("Each use moves the expiry of a refresh token without days of its own to so many days later.")]
    public int RefreshTokenRollingDays { get; set; } = 90;

    [ConfigurationKeyName("DEVICE_APPROVAL")]
    [Description("A new device's reports are refused until an admin approves it.")]
    public bool DeviceApproval { get; set; }

    [ConfigurationKeyName("MAX_DEVICES_PER_DAY"), Range(1, 1_000_000)]
    [Description("Devices a user may register on one day (UTC). A container that starts without its config dir is a new device each time; the 1000 seen last are kept.")]
    public int MaxDevicesPerDay { get; set; } = 500;
}
