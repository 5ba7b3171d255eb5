using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Telemetry.Receive.Normalize;

namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>What a page or an answer covers: UTC days, both ends included, and which users, model and terminal.</summary>
/// <param name="Period">One of <see cref="Periods"/>, or <see cref="Custom"/>.</param>
/// <param name="User">An e-mail address in lower case or "unattributed …" as tables show it; null for all.</param>
/// <param name="Division">A division, <see cref="NoDivision"/> for people without one, or null for all.</param>
public sealed record TelemetryFilter(
    string Period, DateOnly From, DateOnly To, string? User = null, string? Division = null, string? Model = null, string? Terminal = null)
{
    public const string DefaultPeriod = "30d";
    public const string Custom = "custom";
    public const string NoDivision = "(none)";

    /// <summary>The longest period that can be asked for.</summary>
    public const int MaxDays = 731;

    /// <summary>Periods of at most this many days are drawn by the hour.</summary>
    public const int MaxHourlyDays = 2;

    private const int MaxText = 254;
    private const int MaxLabelText = 1100;

    /// <summary>The named periods and their length in days, including today.</summary>
    public static IReadOnlyList<(string Name, int Days)> Periods { get; } = [("today", 1), ("7d", 7), (DefaultPeriod, 30), ("90d", 90)];

    /// <summary>What people must have stated last in the period; each filter must match.</summary>
    public IReadOnlyList<LabelFilter> Labels { get; init; } = [];

    public int Days => To.DayNumber - From.DayNumber + 1;

    public bool IsHourly => Days <= MaxHourlyDays;

    /// <summary>First day, counted since 1970.</summary>
    public long FirstDay => From.DayNumber - Epoch.DayNumber;

    /// <summary>The day after the last.</summary>
    public long EndDay => To.DayNumber - Epoch.DayNumber + 1;

    /// <summary>First day of the previous period of equal length.</summary>
    public long FirstDayBefore => FirstDay - Days;

    public long StartMs => FirstDay * UnixTime.Day;

    public long EndMs => EndDay * UnixTime.Day;

    private static DateOnly Epoch { get; } = new(1970, 1, 1);

    /// <summary>The period in a file name: its name and its last day, or both its days.</summary>
    public IEnumerable<string?> FileSpan => FileNames.Span(Period is Custom ? null : Period, From, To);

    /// <summary>The rest of the filter in a file name.</summary>
    public IEnumerable<string?> FileNarrowing => [User, Division is NoDivision ? "no-division" : Division, Model, Terminal];

    /// <summary>Reads the query string. An invalid field falls back to the default and adds a fault that names it.</summary>
    /// <param name="query">The query string.</param>
    /// <param name="now">The current time.</param>
    /// <param name="labels">The labels that can be asked for.</param>
    /// <param name="faults">Gets a fault for each invalid field.</param>
    public static TelemetryFilter Parse(IQueryCollection query, DateTimeOffset now, IReadOnlyList<string> labels, ICollection<string> faults)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var (period, from, to) = ParsePeriod(query, today, faults);
        return new TelemetryFilter(
            period, from, to, Text(query, "user", faults)?.ToLowerInvariant(), Text(query, "division", faults), Text(query, "model", faults), Text(query, "terminal", faults))
        {
            Labels = ParseLabels(query, labels, faults),
        };
    }

    public static DateTimeOffset Day(long day) => UnixTime.At(day * UnixTime.Day);

    private static (string Period, DateOnly From, DateOnly To) ParsePeriod(IQueryCollection query, DateOnly today, ICollection<string> faults)
    {
        var name = Last(query, "period") ?? (query.ContainsKey("from") || query.ContainsKey("to") ? Custom : DefaultPeriod);
        if (string.Equals(name, Custom, StringComparison.Ordinal))
        {
            var before = faults.Count;
            var to = ParseDay(query, "to", today, faults);
            var from = ParseDay(query, "from", to.AddDays(-29), faults);
            if (from > to || to.DayNumber - from.DayNumber >= MaxDays)
            {
                faults.Add($"from: must not be after 'to' and within {MaxDays} days of it");
            }

            return faults.Count == before ? (Custom, from, to) : ParsePeriod(QueryCollection.Empty, today, faults);
        }

        var known = Periods.FirstOrDefault(period => string.Equals(period.Name, name, StringComparison.Ordinal));
        if (known.Name is null)
        {
            faults.Add("period: must be today, 7d, 30d, 90d or custom");
            known = Periods.First(period => string.Equals(period.Name, DefaultPeriod, StringComparison.Ordinal));
        }

        return (known.Name, today.AddDays(1 - known.Days), today);
    }

    private static DateOnly ParseDay(IQueryCollection query, string field, DateOnly fallback, ICollection<string> faults)
    {
        if (Last(query, field) is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) && day.Year is >= 2000 and <= 2200)
        {
            return day;
        }

        faults.Add($"{field}: must be a day such as 2026-11-20");
        return fallback;
    }

    private static List<LabelFilter> ParseLabels(IQueryCollection query, IReadOnlyList<string> labels, ICollection<string> faults)
    {
        var filters = new List<LabelFilter>();
        var isUnknown = false;
        foreach (var field in query.Keys.Where(key => key.StartsWith(LabelFilter.Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var name = labels.FirstOrDefault(label => string.Equals(LabelFilter.FieldOf(label), field, StringComparison.Ordinal));
            var text = Last(query, field) ?? "";
            var values = text.Length > MaxLabelText ? [] : text.Split(LabelFilter.Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (name is null)
            {
                isUnknown = true;
            }
            else if (text.Length > MaxLabelText || values.Length > LabelFilter.MaxValues || values.Any(value => value.Length > SafeText.MaxLabel))
            {
                faults.Add($"{LabelFilter.FieldOf(name)}: must be at most {LabelFilter.MaxValues} values of at most {SafeText.MaxLabel} characters each");
            }
            else if (values.Length > 0)
            {
                filters.Add(new LabelFilter(name, [.. values.Select(value => value is LabelNames.NotStated ? "" : value)]));
            }
        }

        if (isUnknown)
        {
            faults.Add($"label: must be one of {string.Join(", ", labels.Select(LabelFilter.FieldOf))}");
        }

        return filters;
    }

    private static string? Text(IQueryCollection query, string field, ICollection<string> faults)
    {
        var text = Last(query, field)?.Trim();
        if (text is { Length: > MaxText })
        {
            faults.Add($"{field}: must not be longer than {MaxText} characters");
            return null;
        }

        return text is { Length: > 0 } ? text : null;
    }

    private static string? Last(IQueryCollection query, string field) => query[field] is { Count: > 0 } values ? values[^1] : null;
}
