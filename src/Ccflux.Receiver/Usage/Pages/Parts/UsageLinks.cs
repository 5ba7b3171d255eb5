using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>URLs of the usage pages and their forms.</summary>
internal static class UsageLinks
{
    public const string Home = "/admin/";

    /// <summary>Anchor of the requests that other users have too, on a user's page.</summary>
    public const string SharedAnchor = "#shared";

    private static readonly string[] s_filterFields = ["period", "from", "to", "model"];

    /// <summary>A person's page, for the same period and model.</summary>
    public static string User(PageLink link, string email) =>
        new PageLink(User(email), link.Fields.Where(field => s_filterFields.Contains(field.Key, StringComparer.Ordinal))).With();

    public static string User(string email) => $"{IdentityLinks.Users}/{Uri.EscapeDataString(email)}";

    /// <summary>The form that declares a user's requests to be copies of another's.</summary>
    public static string DeclareCopies(string email, string original) => $"{User(email)}/copies/{Uri.EscapeDataString(original)}/declare";

    /// <summary>The form that takes this back.</summary>
    public static string TakeBackCopies(string email, string original) => $"{User(email)}/copies/{Uri.EscapeDataString(original)}/take-back";

    /// <summary>The fields that carry a filter, for links to the API.</summary>
    public static string Query(UsageFilter filter)
    {
        var fields = new List<KeyValuePair<string, string>> { KeyValuePair.Create("period", filter.Period) };
        if (filter.Period is UsageFilter.Custom)
        {
            fields.Add(KeyValuePair.Create("from", filter.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            fields.Add(KeyValuePair.Create("to", filter.To.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        }

        return new PageLink("", fields).With(("user", filter.User), ("division", filter.Division), ("model", filter.Model));
    }
}
