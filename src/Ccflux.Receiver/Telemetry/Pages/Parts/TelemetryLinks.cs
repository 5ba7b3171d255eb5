using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>URLs of the telemetry pages, their forms and their figures as CSV.</summary>
internal static class TelemetryLinks
{
    public const string Home = "/admin/telemetry";

    private static readonly string[] s_kept = ["period", "from", "to", "model", "terminal"];

    public static string User(string person) => $"{Home}/users/{Uri.EscapeDataString(person)}";

    /// <summary>A person's page for the same period, model and terminal.</summary>
    public static string User(PageLink link, string person) =>
        new PageLink(User(person), link.Fields.Where(field => s_kept.Contains(field.Key, StringComparer.Ordinal))).With();

    /// <summary>A person as written in a path: routing leaves an escaped slash unchanged.</summary>
    public static string Read(string person) => person.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();

    public static string Issue(string email) => User(email) + "/issue";

    public static string Revoke(string email) => User(email) + "/revoke";

    public static string Plan(string person) => User(person) + "/plan";

    public static string Map(long subject) => $"{Home}/installs/{subject.ToString(CultureInfo.InvariantCulture)}/map";

    /// <param name="table">Its name in the API.</param>
    /// <param name="filter">As the page has it.</param>
    /// <param name="by">The label that the table is grouped by, if it is.</param>
    public static string Csv(string table, TelemetryFilter filter, string? by = null)
    {
        var isCustom = filter.Period is TelemetryFilter.Custom;
        return new PageLink("/api/v1/telemetry/" + table, filter.Labels.Select(label => KeyValuePair.Create(label.Field, label.Text))).With(
            ("period", filter.Period),
            ("from", isCustom ? Day(filter.From) : null),
            ("to", isCustom ? Day(filter.To) : null),
            ("user", filter.User),
            ("division", filter.Division),
            ("model", filter.Model),
            ("terminal", filter.Terminal),
            (LabelQuery.Field, by),
            ("format", "csv"));
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
