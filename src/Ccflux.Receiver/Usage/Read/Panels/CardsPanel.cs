using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>The cards: all time, the period and the one before it, of those in a scope.</summary>
internal static class CardsPanel
{
    public static UsageCards Build(UsageSnapshot snapshot, Scope scope, AllTime allTime, PeriodTotals period, PeriodTotals prior, int? firstDay)
    {
        var from = UtcDay.Start(period.From);
        var to = UtcDay.Start(period.To + 1);
        var users = snapshot.Users.Values.Where(user => scope.Holds((int)user.Id)).ToList();
        return new UsageCards(
            new CountCard(allTime.ActiveUsers, period.ActiveUsers, prior.ActiveUsers, Daily(period, day => day.Users)),
            users.Count(user => user.FirstAt >= from && user.FirstAt < to),
            new CountCard(users.Sum(user => user.Sessions ?? 0), period.Sessions, prior.Sessions, Daily(period, day => day.Sessions)),
            new CountCard(scope.Model is null ? users.Sum(user => user.Turns ?? 0) : allTime.Events, period.Turns, prior.Turns, Daily(period, day => day.Turns)),
            new CountCard(allTime.Tokens.Input, period.Tokens.Input, prior.Tokens.Input, Daily(period, day => day.Tokens.Input)),
            new CountCard(allTime.Tokens.Output, period.Tokens.Output, prior.Tokens.Output, Daily(period, day => day.Tokens.Output)),
            new RateCard(allTime.Tokens.CacheHit, period.Tokens.CacheHit, prior.Tokens.CacheHit, Daily(period, day => day.Tokens.CacheHit)),
            new CostCard(allTime.Cost, period.Cost, prior.Cost, Daily(period, day => day.Cost.Priced)),
            allTime.Events,
            users.Sum(user => user.Failed ?? 0),
            [.. Enumerable.Range(period.From, period.Length).Select(UtcDay.ToDate)],
            firstDay <= prior.From);
    }

    private static T[] Daily<T>(PeriodTotals period, Func<DaySums, T> figure) => Array.ConvertAll(period.Days, day => figure(day));
}
