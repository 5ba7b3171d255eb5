namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Addresses of the forms that change users and devices.</summary>
internal static class IdentityLinks
{
    /// <summary>Each user's page stands below it.</summary>
    public const string Users = "/admin/users";

    /// <summary>The table of users, on a page of usage.</summary>
    public const string UserTable = "/admin/#seats";

    /// <summary>The table of devices, on a page of usage.</summary>
    public const string DeviceTable = "/admin/#devices";

    /// <summary>The e-mail in a path as routing hands it over: an escaped slash is still escaped.</summary>
    public static string Read(string email) => email.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static string Revoke(string email) => User(email) + "/revoke";

    public static string Reissue(string email) => User(email) + "/reissue";

    public static string Division(string email) => User(email) + "/division";

    public static string RevokeDevice(long id) => $"/admin/devices/{id.ToString(CultureInfo.InvariantCulture)}/revoke";

    public static string ApproveDevice(long id) => $"/admin/devices/{id.ToString(CultureInfo.InvariantCulture)}/approve";

    private static string User(string email) => $"{Users}/{Uri.EscapeDataString(email)}";
}
