using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Reads <c>/admin/</c> in one snapshot.</summary>
internal sealed class UsagePageQuery(ReadSessions readers, DayCache days, CostHistory costs, DayReader dayReader, PartDays parts, IUserQuotas userQuotas, DatabaseSize database, OrganisationCalendar calendar, TimeProvider time)
{
    /// <param name="request">What the page covers.</param>
    /// <param name="allowed">About whom the reader may read.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<UsagePageView> ReadAsync(UsagePageRequest request, DataScope allowed, CancellationToken cancellationToken)
    {
        // Before the snapshot: a page that holds two readers could starve another page.
        var quotas = await userQuotas.ReadAsync(allowed, cancellationToken);
        using var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken);
        var faults = request.Faults.ToList();
        var scope = Scope.Resolve(request.Filter, snapshot, faults);

        var (recentWindows, recent) = ReadRecent(snapshot);
        var (period, prior) = ReadPeriod(snapshot, scope);
        var firstDay = FirstDay(snapshot);
        var allTime = AllTime.Read(snapshot, scope, costs);
        var open = WindowsPanel.Open(snapshot, recentWindows.List, recentWindows.Closed);
        var devices = DevicesPanel.Read(snapshot);
        var seats = SeatsPanel.Read(snapshot);
        var (users, usersTotal) = UsersPanel.Users(snapshot, scope, period, open, quotas, request.Users);
        var (models, modelsTotal) = UsersPanel.Models(snapshot, allTime, request.Models);
        var listed = scope.Users is null ? recentWindows.List : [.. recentWindows.List.Where(window => scope.Holds(window.User))];

        return new UsagePageView(
            request with { Filter = scope.Filter },
            faults,
            snapshot.Now,
            Choices(snapshot),
            dayReader.PricesOf,
            CardsPanel.Build(snapshot, scope, allTime, period.Totals, prior, firstDay),
            ChartsPanel.Daily(snapshot, period.Totals, firstDay, HourSums.Read(snapshot, dayReader, scope)),
            ChartsPanel.Users(snapshot, period, request.Bars),
            ChartsPanel.Models(snapshot, period.Totals, request.Bars),
            ChartsPanel.Divisions(snapshot, period),
            WindowsPanel.Peaks(snapshot, period, open, request.Bars),
            AttentionPanel.Build(snapshot, open, devices, seats, recent, allowed.IsEverybody ? database.Warning : null),
            users,
            usersTotal,
            models,
            modelsTotal,
            WindowsPanel.Table(snapshot, listed, request.Windows),
            DevicesPanel.Table(devices, scope, request.Devices),
            EventsPanel.Read(snapshot, scope, request.Events),
            SeatsPanel.Table(seats, request.Seats),
            AuditPanel.Read(snapshot, request.Audit));
    }

    private static FilterChoices Choices(UsageSnapshot snapshot) => new(
        [.. snapshot.Users.Values.Select(user => user.Ref).OrderBy(user => user.Email, StringComparer.Ordinal)],
        [.. snapshot.Users.Values.Select(user => user.Division).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        [.. snapshot.Models.Values.OrderBy(model => model.Order)]);

    /// <summary>The first day of the whole history, of everybody who may be read.</summary>
    private static int? FirstDay(UsageSnapshot snapshot) => snapshot.Readable is null
        ? (int?)snapshot.Session.Scalar(UsageReadSql.FirstDay)
        : snapshot.Users.Values.Min(user => user.FirstAt) is { } first ? snapshot.Calendar.DayOf(first) : null;

    /// <summary>Reads the last 30 days, for figures about now.</summary>
    private (RecentWindows Windows, PeriodTotals Totals) ReadRecent(UsageSnapshot snapshot)
    {
        var today = snapshot.Calendar.DayOf(snapshot.Now);
        var windows = new RecentWindows(snapshot.Now, snapshot.Holds);
        var sums = new UsagePeriodSums(today - RecentWindows.Days + 1, today, snapshot.Readable, model: null);
        foreach (var rows in days.Read(snapshot.Session, snapshot.StoreId, today - RecentWindows.Days + 1, today, snapshot.Models))
        {
            windows.Add(rows);
            sums.AddTotals(rows);
        }

        return (windows, sums.Totals);
    }

    /// <summary>Reads the period within the scope, and the prior period up to the point that the current one has reached.</summary>
    private (UsagePeriodSums Period, PeriodTotals Prior) ReadPeriod(UsageSnapshot snapshot, Scope scope)
    {
        var from = CalendarDay.From(scope.Filter.From);
        var to = CalendarDay.From(scope.Filter.To);
        var part = PriorPart.Of(snapshot.Calendar, from, to, snapshot.Now);
        var period = new UsagePeriodSums(from, to, scope.Users, scope.Model);
        var prior = new UsagePeriodSums(part.From, from - 1, scope.Users, scope.Model);
        foreach (var rows in days.Read(snapshot.Session, snapshot.StoreId, part.From, to, snapshot.Models))
        {
            period.Add(rows);
            if (rows.Day < part.Day)
            {
                prior.AddTotals(rows);
            }
        }

        if (part.HasPartOfDay)
        {
            prior.AddTotals(parts.Read(snapshot.Session, snapshot.StoreId, part.Day, part.Until, snapshot.Models));
        }

        return (period, prior.Totals);
    }
}
