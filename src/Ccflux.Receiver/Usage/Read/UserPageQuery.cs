using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Reads <c>/admin/users/{email}</c> in one snapshot.</summary>
internal sealed class UserPageQuery(ReadSessions readers, DayCache days, CostHistory costs, DayReader dayReader, OrganisationCalendar calendar, TimeProvider time)
{
    /// <returns>Null if no user within <paramref name="allowed"/> has this e-mail address.</returns>
    public async Task<UserPageView?> ReadAsync(UserPageRequest request, DataScope allowed, CancellationToken cancellationToken)
    {
        using var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken);
        var seats = SeatsPanel.Read(snapshot);
        if (seats.Find(row => string.Equals(row.User.Email, request.Email, StringComparison.Ordinal)) is not { } seat)
        {
            return null;
        }

        var faults = request.Faults.ToList();
        var id = (int)seat.User.Id;
        var resolved = Scope.Resolve(request.Filter with { User = null }, snapshot, faults);
        var scope = resolved with { Users = [id], Filter = resolved.Filter with { User = request.Email } };
        var facts = snapshot.Users.GetValueOrDefault(id);
        var period = ReadPeriod(snapshot, scope);
        var (windows, closed) = ReadWindows(snapshot, scope);
        var open = WindowsPanel.Open(snapshot, windows.Recent, closed);
        var everything = AllTime.Read(snapshot, scope, costs);
        var sums = period.Users.GetValueOrDefault(id);
        var firstDay = facts?.FirstAt is { } first ? snapshot.Calendar.DayOf(first) : (int?)null;

        return new UserPageView(
            request with { Filter = scope.Filter },
            faults,
            snapshot.Now,
            seat.User,
            seat,
            facts?.Tier ?? TierView.None,
            open.GetValueOrDefault(id),
            dayReader.PricesOf,
            AllTimeTotals(everything, facts, scope.Model is not null),
            ChosenTotals(period.Totals, facts, scope.Model is not null),
            ChartsPanel.Daily(snapshot, period.Totals, firstDay, HourSums.Read(snapshot, dayReader, scope)),
            sums is { PeakWindow: > 0 } ? WindowsPanel.Peak(snapshot, id, sums, open) : null,
            UsersPanel.Models(snapshot, everything),
            UserDays.Table(period.Totals, scope.Model is not null, request.Days),
            WindowsPanel.Table(snapshot, windows.Period, request.Windows),
            SessionsPanel.Read(snapshot, dayReader, id, scope.Filter, request.Sessions),
            [.. DevicesPanel.Read(snapshot).Where(device => device.User.Id == id)],
            SessionsPanel.ReadLimits(snapshot, id, scope.Filter),
            CopiesPanel.Read(snapshot, id));
    }

    private static UserTotals AllTimeTotals(AllTime allTime, UserFacts? facts, bool byModel) => new(
        allTime.Tokens,
        allTime.Cost,
        byModel ? null : facts?.Sessions ?? 0,
        byModel ? allTime.Events : facts?.Turns ?? 0,
        byModel ? null : facts?.Failed ?? 0,
        UnixTime.At(facts?.FirstAt),
        UnixTime.At(facts?.LastAt));

    private static UserTotals ChosenTotals(PeriodTotals period, UserFacts? facts, bool byModel) => new(
        period.Tokens,
        period.Cost,
        byModel ? null : period.Sessions,
        period.Turns,
        byModel ? null : period.Failed,
        UnixTime.At(facts?.FirstAt),
        UnixTime.At(facts?.LastAt));

    private UsagePeriodSums ReadPeriod(UsageSnapshot snapshot, Scope scope)
    {
        var period = new UsagePeriodSums(CalendarDay.From(scope.Filter.From), CalendarDay.From(scope.Filter.To), scope.Users, scope.Model);
        foreach (var rows in days.Read(snapshot.Session, snapshot.StoreId, period.Totals.From, period.Totals.To, snapshot.Models))
        {
            period.Add(rows);
        }

        return period;
    }

    private (UserWindows Windows, IReadOnlyDictionary<int, ClosedPeak> Closed) ReadWindows(UsageSnapshot snapshot, Scope scope)
    {
        var today = snapshot.Calendar.DayOf(snapshot.Now);
        var recent = new RecentWindows(snapshot.Now, scope.Holds);
        foreach (var rows in days.Read(snapshot.Session, snapshot.StoreId, today - RecentWindows.Days + 1, today, snapshot.Models))
        {
            recent.Add(rows);
        }

        var from = CalendarDay.From(scope.Filter.From);
        var to = CalendarDay.From(scope.Filter.To);
        var period = days.Read(snapshot.Session, snapshot.StoreId, from, to, snapshot.Models).SelectMany(rows => Own(rows, scope)).ToList();
        return (new UserWindows(period, recent.List), recent.Closed);
    }

    private static WindowCell[] Own(DayRows rows, Scope scope) => Array.FindAll(rows.Windows, window => scope.Holds(window.User));

    private sealed record UserWindows(IReadOnlyList<WindowCell> Period, IReadOnlyList<WindowCell> Recent);
}
