using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds the cards: the period within the scope, the same part of the prior period, and all time.</summary>
internal static class CardsPanel
{
    /// <param name="snapshot">Source of the users.</param>
    /// <param name="scope">The users and model that count.</param>
    /// <param name="allTime">Within the scope.</param>
    /// <param name="period">Within the scope.</param>
    /// <param name="prior">Within the scope, up to the point in the prior period that the current period has reached.</param>
    /// <param name="firstDay">The first day of the whole history.</param>
    public static UsageCards Build(UsageSnapshot snapshot, Scope scope, AllTime allTime, PeriodTotals period, PeriodTotals prior, int? firstDay)
    {
        var byModel = scope.Model is not null;
        var from = snapshot.Calendar.StartOf(period.From);
        var to = snapshot.Calendar.StartOf(period.To + 1);
        var users = snapshot.Users.Where(user => scope.Holds(user.Key)).Select(user => user.Value).ToList();
        var part = PriorPart.Of(snapshot.Calendar, period.From, period.To, snapshot.Now);
        return new UsageCards(
            new CountCard(allTime.ActiveUsers, period.ActiveUsers, prior.ActiveUsers, Daily(period, day => day.Users)),
            byModel ? null : users.Count(user => user.FirstAt >= from && user.FirstAt < to),
            byModel ? CountCard.Unknown : new CountCard(users.Sum(user => user.Sessions ?? 0), period.Sessions, prior.Sessions, Daily(period, day => day.Sessions)),
            new CountCard(byModel ? allTime.Events : users.Sum(user => user.Turns ?? 0), period.Turns, prior.Turns, Daily(period, day => day.Turns)),
            new CountCard(allTime.Tokens.Input, period.Tokens.Input, prior.Tokens.Input, Daily(period, day => day.Tokens.Input)),
            new CountCard(allTime.Tokens.Output, period.Tokens.Output, prior.Tokens.Output, Daily(period, day => day.Tokens.Output)),
            new RateCard(allTime.Tokens.CacheHit, period.Tokens.CacheHit, prior.Tokens.CacheHit, Daily(period, day => day.Tokens.CacheHit)),
            new CostCard(allTime.Cost, period.Cost, prior.Cost, Daily(period, day => day.Cost.Priced)),
            new CountCard(allTime.Events, period.Events, prior.Events, []),
            byModel ? CountCard.Unknown : new CountCard(users.Sum(user => user.Failed ?? 0), period.Failed, prior.Failed, []),
            [.. Enumerable.Range(period.From, period.Length).Select(CalendarDay.ToDate)],
            firstDay <= prior.From,
            part.IsWhole ? null : UnixTime.At(part.Until));
    }

    private static T[] Daily<T>(PeriodTotals period, Func<DaySums, T> figure) => Array.ConvertAll(period.Days, day => figure(day));
}
