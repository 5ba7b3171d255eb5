namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Addresses of the fleet page, its forms and its figures as CSV.</summary>
internal static class FleetLinks
{
    public const string Home = "/admin/fleet";

    public static string Csv(string table) => $"/api/v1/fleet/{table}?format=csv";
}
