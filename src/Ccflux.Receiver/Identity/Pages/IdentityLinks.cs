namespace Ccflux.Receiver.Identity.Pages;

/// <summary>URLs of the forms that change users and devices.</summary>
internal static class IdentityLinks
{
    /// <summary>The parent path of each user's page.</summary>
    public const string Users = "/admin/users";

    /// <summary>Anchor of the table of users, on the usage page.</summary>
    public const string UserAnchor = "#seats";

    /// <summary>Anchor of the table of devices, on the usage page and on a user's page.</summary>
    public const string DeviceAnchor = "#devices";

    public const string UserTable = "/admin/" + UserAnchor;

    public const string DeviceTable = "/admin/" + DeviceAnchor;

    /// <summary>Decodes the e-mail address in a path: routing leaves an escaped slash escaped.</summary>
    public static string Read(string email) => email.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static string Revoke(string email) => User(email) + "/revoke";

    public static string Reissue(string email) => User(email) + "/reissue";

    public static string Division(string email) => User(email) + "/division";

    public static string Erase(string email) => User(email) + "/erase";

    public static string RevokeDevice(long id) => $"/admin/devices/{id.ToString(CultureInfo.InvariantCulture)}/revoke";

    public static string ApproveDevice(long id) => $"/admin/devices/{id.ToString(CultureInfo.InvariantCulture)}/approve";

    private static string User(string email) => $"{Users}/{Uri.EscapeDataString(email)}";
}
