using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds the charts: daily billed tokens, and billed tokens by user, model and division.</summary>
internal static class ChartsPanel
{
    /// <summary>Maximum series in the daily chart; the rest are combined in one series "other".</summary>
    public const int MaxSeries = 8;

    public static DailyUsage Daily(UsageSnapshot snapshot, PeriodTotals period, int? firstDay, HourSums? hours)
    {
        var today = snapshot.Calendar.DayOf(snapshot.Now);
        return new DailyUsage(
            [.. Enumerable.Range(period.From, period.Length).Select(CalendarDay.ToDate)],
            Series(snapshot, period),
            Billed(period),
            today >= period.From && today <= period.To ? CalendarDay.ToDate(today) : null,
            firstDay is { } first ? CalendarDay.ToDate(first) : null,
            hours is null ? null : Hourly(snapshot, hours));
    }

    private static HourlyUsage Hourly(UsageSnapshot snapshot, HourSums hours)
    {
        var at = Enumerable.Range(hours.Period.From, hours.Period.Length).Select(hour => DateTimeOffset.UnixEpoch.AddHours(hour)).ToList();
        return new HourlyUsage(at, Series(snapshot, hours.Period), Billed(hours.Prior), snapshot.Now < at[^1].AddHours(1));
    }

    private static List<ModelSeries> Series(UsageSnapshot snapshot, PeriodTotals period)
    {
        var byBilled = period.Models.OrderByDescending(pair => pair.Value.Tokens.Billed).ThenBy(pair => pair.Key).ToList();
        var series = byBilled.Take(MaxSeries)
            .Select(pair => new ModelSeries(snapshot.Model(pair.Key), pair.Value.Tokens.Billed, pair.Value.Daily))
            .ToList();
        if (byBilled.Count > MaxSeries)
        {
            series.Add(Other(byBilled.Skip(MaxSeries).Select(pair => pair.Value), period.Length));
        }

        return series;
    }

    private static long[] Billed(PeriodTotals period) => Array.ConvertAll(period.Days, day => day.Tokens.Billed);

    public static IReadOnlyList<UserBar> Users(UsageSnapshot snapshot, UsagePeriodSums period, int bars) =>
    [
        .. period.Users
            .Where(pair => pair.Value.Events > 0)
            .Select(pair => (User: snapshot.User(pair.Key), Sums: pair.Value))
            .OrderByDescending(pair => pair.Sums.Tokens.Billed)
            .ThenBy(pair => pair.User.Email, StringComparer.Ordinal)
            .Take(bars)
            .Select(pair => new UserBar(pair.User, pair.Sums.Tokens.Billed, Share(pair.Sums.Tokens, period.Totals), Split(snapshot, pair.Sums))),
    ];

    public static IReadOnlyList<ModelBar> Models(UsageSnapshot snapshot, PeriodTotals period, int bars) =>
    [
        .. period.Models
            .OrderByDescending(pair => pair.Value.Tokens.Billed)
            .ThenBy(pair => pair.Key)
            .Take(bars)
            .Select(pair => new ModelBar(snapshot.Model(pair.Key), pair.Value.Tokens.Billed, Share(pair.Value.Tokens, period))),
    ];

    public static IReadOnlyList<DivisionBar> Divisions(UsageSnapshot snapshot, UsagePeriodSums period) =>
    [
        .. period.Users
            .GroupBy(pair => snapshot.User(pair.Key).Division, pair => pair.Value, StringComparer.Ordinal)
            .Select(group => Division(group.Key, [.. group], period))
            .OrderByDescending(bar => bar.Tokens.Billed)
            .ThenBy(bar => bar.Name, StringComparer.Ordinal),
    ];

    private static DivisionBar Division(string name, IReadOnlyList<UserSums> users, UsagePeriodSums period)
    {
        var tokens = users.Aggregate(default(TokenSums), (sum, user) => sum + user.Tokens);
        var cost = users.Aggregate(default(Cost), (sum, user) => sum + user.Cost);
        return new DivisionBar(name, users.Count(user => user.Events > 0), tokens, cost, Share(tokens, period.Totals));
    }

    private static ModelShare[] Split(UsageSnapshot snapshot, UserSums sums) =>
    [
        .. sums.Models.OrderByDescending(part => part.Billed).ThenBy(part => part.Model).Select(part => new ModelShare(snapshot.Model(part.Model), part.Billed)),
    ];

    private static double Share(TokenSums tokens, PeriodTotals period) =>
        period.Tokens.Billed == 0 ? 0 : (double)tokens.Billed / period.Tokens.Billed;

    private static ModelSeries Other(IEnumerable<ModelSums> models, int days)
    {
        var daily = new long[days];
        foreach (var model in models)
        {
            for (var i = 0; i < days; i++)
            {
                daily[i] = Saturating.Add(daily[i], model.Daily[i]);
            }
        }

        return new ModelSeries(ModelRef.Other, daily.SaturatingSum(), daily);
    }
}
