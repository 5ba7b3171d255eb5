namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>URLs of the fleet page, its forms and its figures as CSV.</summary>
internal static class FleetLinks
{
    public const string Home = "/admin/fleet";
    public const string Import = Home + "/import";
    public const string Enrol = Home + "/enrol";
    public const string Pin = Home + "/pin";
    public const string Pause = Home + "/pause";
    public const string Resume = Home + "/resume";
    public const string Poll = Home + "/poll";

    public static string Edit(FleetAccountId account) => $"{Home}/accounts/{account}/edit";

    public static string Remove(FleetAccountId account) => $"{Home}/accounts/{account}/remove";

    public static string Grants(string agent) => $"{Home}/agents/{Uri.EscapeDataString(agent)}/grants";

    public static string Switch(string agent) => $"{Home}/agents/{Uri.EscapeDataString(agent)}/switch";

    public static string Release(string agent) => $"{Home}/agents/{Uri.EscapeDataString(agent)}/release";

    public static string EnrolAgain(string agent) => $"{Home}/agents/{Uri.EscapeDataString(agent)}/enrol";

    public static string Revoke(string agent) => $"{Home}/agents/{Uri.EscapeDataString(agent)}/revoke";

    public static string Unpin(string scope, string target) => $"{Home}/unpin?scope={Uri.EscapeDataString(scope)}&target={Uri.EscapeDataString(target)}";

    public static string Csv(string table) => $"/api/v1/fleet/{table}?format=csv";

    public static string LogCsv(string part) => part.Length == 0 ? Csv("events") : $"{Csv("events")}&kind={Uri.EscapeDataString(part)}";
}
