using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>The table of users, searched and sorted.</summary>
internal static class UsersTable
{
    public static IReadOnlyList<string> Columns { get; } = ["requests", "user", "division", "billed", "cost", "success", "sessions", "last"];

    public static IReadOnlyList<UserRow> Order(IReadOnlyList<UserRow> rows, TablePart part)
    {
        var found = part.Search.Length == 0 ? rows : rows.Where(row => Has(row.User, part) || Has(row.Division, part));
        return part.Sort switch
        {
            "user" => Sort(found, row => row.User, part),
            "division" => Sort(found, row => row.Division, part),
            "billed" => Sort(found, row => row.Totals.Billed, part),
            "cost" => Sort(found, row => row.Totals.CostUsd, part),
            "success" => Sort(found, row => row.Totals.SuccessRate, part),
            "sessions" => Sort(found, row => row.Sessions, part),
            "last" => Sort(found, row => row.LastDay, part),
            _ => Sort(found, row => row.Totals.Requests, part),
        };
    }

    private static bool Has(string text, TablePart part) => text.Contains(part.Search, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<UserRow> Sort<TKey>(IEnumerable<UserRow> rows, Func<UserRow, TKey> key, TablePart part) =>
        [.. (part.Descending ? rows.OrderByDescending(key) : rows.OrderBy(key)).ThenBy(row => row.User, StringComparer.Ordinal)];
}
