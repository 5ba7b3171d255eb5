namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>How one table is sorted, searched and paged. In a query string, its fields are prefixed with the table's name:
/// <c>users.sort=-billed&amp;users.page=2&amp;users.q=amara</c>; a leading minus sorts the largest first.</summary>
/// <param name="Sort">A key of <paramref name="Table"/>'s columns.</param>
/// <param name="View">One of the table's views, such as <c>open</c> or <c>closed</c> for windows; empty for all rows.</param>
public sealed record TableState(TableShape Table, string Sort, bool Descending, int Page, int Size, string Search, string View)
{
    public const int MaxSize = 1000;
    public const int MaxSearch = 254;

    private const int MaxPage = 100_000;

    /// <summary>Rows before this page.</summary>
    public int Offset => (Page - 1) * Size;

    /// <summary>Reads the table's fields; <paramref name="prefix"/> is empty if the query is about this table only (the API).</summary>
    public static TableState Parse(TableShape table, IQueryCollection query, ICollection<FilterFault> faults, string? prefix = null)
    {
        prefix ??= table.Name + ".";
        var state = table.Initial;
        if (query[prefix + "sort"] is { Count: > 0 } sorts && sorts[^1] is { Length: > 0 } sort)
        {
            var key = sort.TrimStart('-');
            if (table.Columns.Contains(key, StringComparer.Ordinal))
            {
                state = state with { Sort = key, Descending = sort[0] == '-' };
            }
            else
            {
                faults.Add(new FilterFault(prefix + "sort", OneOf(table.Columns)));
            }
        }

        if (query[prefix + "view"] is { Count: > 0 } views && views[^1] is { Length: > 0 } view)
        {
            if (table.Views.Contains(view, StringComparer.Ordinal))
            {
                state = state with { View = view };
            }
            else
            {
                faults.Add(new FilterFault(prefix + "view", OneOf(table.Views)));
            }
        }

        if (query[prefix + "q"] is { Count: > 0 } searches && searches[^1] is { } search)
        {
            if (search.Length > MaxSearch)
            {
                faults.Add(new FilterFault(prefix + "q", $"must not be longer than {MaxSearch} characters"));
            }

            state = state with { Search = search.Length > MaxSearch ? search[..MaxSearch] : search.Trim() };
        }

        return state with
        {
            Page = Number(query, prefix + "page", state.Page, MaxPage, faults),
            Size = Number(query, prefix + "size", state.Size, MaxSize, faults),
        };
    }

    private static string OneOf(IReadOnlyList<string> known) => known.Count == 0 ? "is unknown" : "must be one of " + string.Join(", ", known);

    private static int Number(IQueryCollection query, string field, int fallback, int max, ICollection<FilterFault> faults)
    {
        if (query[field] is not { Count: > 0 } values || values[^1] is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (int.TryParse(text, out var number) && number >= 1 && number <= max)
        {
            return number;
        }

        faults.Add(new FilterFault(field, $"must be a number from 1 to {max}"));
        return fallback;
    }
}

/// <summary>A table that can be sorted and paged: its name in query strings, its sortable columns and its initial state.</summary>
public sealed record TableShape(string Name, IReadOnlyList<string> Columns, string Sort, bool Descending, int Size, IReadOnlyList<string> Views)
{
    /// <summary>A list that is never paged.</summary>
    public static TableShape None { get; } = new("", [], "", false, TableState.MaxSize, []);

    /// <summary>Up to 25 users are shown on one page.</summary>
    public static TableShape Users { get; } = new("users",
        ["user", "division", "billed", "input", "output", "cache_read", "cache_write", "cost", "sessions", "turns", "failed", "quota_5h", "quota_7d", "quota_reset", "last", "tier"], "billed", true, 25, []);

    public static TableShape Models { get; } = new("models",
        ["model", "billed", "input", "output", "cache_read", "cache_write", "cache_hit", "cost", "users", "turns"], "billed", true, 25, []);

    public static TableShape Windows { get; } = new("windows",
        ["user", "start", "end", "status", "billed", "input", "output", "cache_read", "cache_write", "turns", "sessions"], "start", true, 12, ["open", "closed"]);

    public static TableShape Devices { get; } = new("devices",
        [.. DeviceRow.SortKeys.Keys], "last", true, 12, ["active", "waiting", "again", "revoked"]);

    public static TableShape Seats { get; } = new("seats",
        ["user", "division", "status", "created", "expires", "last", "plugin"], "last", true, 12, SeatViews.All);

    public static TableShape Events { get; } = new("events", ["received"], "received", true, 50, []);

    public static TableShape Audit { get; } = new("audit", ["at"], "at", true, 12, []);

    public static TableShape Sessions { get; } = new("sessions", ["last", "started", "turns", "billed"], "last", true, 12, []);

    public static TableShape Days { get; } = new("days", ["day", "billed", "input", "output", "cache_read", "cache_write", "cost", "turns", "sessions"], "day", true, 31, []);

    public TableState Initial => new(this, Sort, Descending, 1, Size, "", "");
}

/// <summary>One page of a table.</summary>
/// <param name="Total">Rows on all pages, after search and view.</param>
public sealed record Paged<T>(IReadOnlyList<T> Rows, int Total, TableState State)
{
    public int Pages => Math.Max(1, (Total + State.Size - 1) / State.Size);
}
