using Ccflux.Receiver.Platform.Api;
using Microsoft.Extensions.Primitives;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The filter of a page or API request: days of the organisation's time zone, both ends included, and whose usage of which model.</summary>
/// <param name="Period">One of <see cref="Periods"/>, or <see cref="Custom"/>.</param>
/// <param name="User">An e-mail address in lower case, or null for all.</param>
/// <param name="Division">A division, <see cref="NoDivision"/> for users without one, or null for all.</param>
/// <param name="Model">A model's exact name, or null for all.</param>
public sealed record UsageFilter(string Period, DateOnly From, DateOnly To, string? User = null, string? Division = null, string? Model = null)
{
    public const string DefaultPeriod = "30d";
    public const string Custom = "custom";
    public const string NoDivision = "(none)";

    /// <summary>The longest period that can be requested, in days.</summary>
    public const int MaxDays = 731;

    private const int MaxText = 254;

    /// <summary>The named periods and their length in days, today included.</summary>
    public static IReadOnlyList<(string Name, int Days)> Periods { get; } = [("today", 1), ("7d", 7), (DefaultPeriod, 30), ("90d", 90)];

    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>True if user, division or model narrows the figures.</summary>
    public bool IsNarrowed => User is not null || Division is not null || Model is not null;

    /// <summary>The period in a file's name: its name and last day, or its first and last day.</summary>
    public IEnumerable<string?> FileSpan => FileNames.Span(Period is Custom ? null : Period, From, To);

    /// <summary>The user, division and model in a file's name.</summary>
    public IEnumerable<string?> FileNarrowing => [User, Division is NoDivision ? "no-division" : Division, Model];

    /// <summary>Reads the query string. A value that cannot be read falls back to the default and adds a fault that names the field.</summary>
    public static UsageFilter Parse(IQueryCollection query, DateOnly today, ICollection<FilterFault> faults)
    {
        var (period, from, to) = ParsePeriod(query, today, faults);
        return new UsageFilter(
            period,
            from,
            to,
            Text(query, "user", faults)?.ToLowerInvariant(),
            Text(query, "division", faults),
            Text(query, "model", faults));
    }

    /// <summary>The initial filter of the page.</summary>
    public static UsageFilter Default(DateOnly today) => ForDays(DefaultPeriod, 30, today);

    private static (string Period, DateOnly From, DateOnly To) ParsePeriod(IQueryCollection query, DateOnly today, ICollection<FilterFault> faults)
    {
        var name = Single(query["period"]);
        var hasDays = query.ContainsKey("from") || query.ContainsKey("to");
        if (name is Custom || (name is null && hasDays))
        {
            return ParseDays(query, today, faults);
        }

        foreach (var (known, days) in Periods)
        {
            if (string.Equals(known, name ?? DefaultPeriod, StringComparison.Ordinal))
            {
                var filter = ForDays(known, days, today);
                return (filter.Period, filter.From, filter.To);
            }
        }

        faults.Add(new FilterFault("period", "must be today, 7d, 30d, 90d or custom"));
        return ParsePeriod(QueryCollection.Empty, today, faults);
    }

    private static (string Period, DateOnly From, DateOnly To) ParseDays(IQueryCollection query, DateOnly today, ICollection<FilterFault> faults)
    {
        var before = faults.Count;
        var to = Day(query, "to", today, faults);
        var from = Day(query, "from", to.AddDays(-Math.Min(29, to.DayNumber)), faults);
        if (from > to)
        {
            faults.Add(new FilterFault("from", "must not be after 'to'"));
        }
        else if (to.DayNumber - from.DayNumber >= MaxDays)
        {
            faults.Add(new FilterFault("from", $"must be within {MaxDays} days of 'to'"));
        }

        return faults.Count == before ? (Custom, from, to) : ParsePeriod(QueryCollection.Empty, today, faults);
    }

    private static DateOnly Day(IQueryCollection query, string field, DateOnly fallback, ICollection<FilterFault> faults)
    {
        if (Single(query[field]) is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) && day.Year is >= 2000 and <= 2200)
        {
            return day;
        }

        faults.Add(new FilterFault(field, "must be a day such as 2026-11-20"));
        return fallback;
    }

    private static string? Text(IQueryCollection query, string field, ICollection<FilterFault> faults)
    {
        var text = Single(query[field])?.Trim();
        if (text is { Length: > MaxText })
        {
            faults.Add(new FilterFault(field, $"must not be longer than {MaxText} characters"));
            return null;
        }

        return text is { Length: > 0 } ? text : null;
    }

    private static string? Single(StringValues values) => values.Count == 0 ? null : values[^1];

    private static UsageFilter ForDays(string period, int days, DateOnly today) => new(period, today.AddDays(1 - days), today);
}

/// <summary>A field of the query string that was not accepted, and what it must be.</summary>
public sealed record FilterFault(string Field, string Message);
