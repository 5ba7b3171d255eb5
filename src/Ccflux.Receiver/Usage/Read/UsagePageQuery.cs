using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Reads <c>/admin/</c> in one snapshot.</summary>
internal sealed class UsagePageQuery(SqliteReaders readers, DayCache days, CostHistory costs, IUserQuotas userQuotas, DatabaseSize database, TimeProvider time)
{
    public async Task<UsagePageView> ReadAsync(UsagePageRequest request, CancellationToken cancellationToken)
    {
        // Before the snapshot: two readers held by one page could starve another's.
        var quotas = await userQuotas.ReadAsync(cancellationToken);
        using var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken);
        var faults = request.Faults.ToList();
        var scope = Scope.Resolve(request.Filter, snapshot, faults);
        var everybody = scope with { Users = null, Model = null };

        var (recentWindows, recent) = ReadRecent(snapshot);
        var shown = request.NarrowCards ? scope : everybody;
        var (cards, prior, period) = ReadPeriod(snapshot, scope, shown);
        var firstDay = snapshot.Connection.ExecuteScalar<int?>(UsageReadSql.FirstDay);
        var allTime = AllTime.Read(snapshot, costs);
        var open = WindowsPanel.Open(snapshot, recentWindows.List, recentWindows.Closed);
        var devices = DevicesPanel.Read(snapshot);
        var seats = SeatsPanel.Read(snapshot);
        var (users, usersTotal) = UsersPanel.Users(snapshot, scope, period, open, quotas, request.Users);
        var (models, modelsTotal) = UsersPanel.Models(snapshot, allTime.Narrow(scope, snapshot, costs), request.Models);
        var listed = scope.Users is null ? recentWindows.List : [.. recentWindows.List.Where(window => scope.Holds(window.User))];

        return new UsagePageView(
            request with { Filter = scope.Filter },
            faults,
            snapshot.Now,
            Choices(snapshot),
            CardsPanel.Build(snapshot, shown, allTime.Narrow(shown, snapshot, costs), cards, prior, firstDay),
            ChartsPanel.Daily(snapshot, period.Totals, firstDay),
            ChartsPanel.Users(snapshot, period, request.Bars),
            ChartsPanel.Models(snapshot, period.Totals, request.Bars),
            ChartsPanel.Divisions(snapshot, period),
            WindowsPanel.Peaks(snapshot, period, open, request.Bars),
            AttentionPanel.Build(snapshot, open, devices, seats, recent, database.Warning),
            users,
            usersTotal,
            models,
            modelsTotal,
            WindowsPanel.Table(snapshot, listed, request.Windows),
            DevicesPanel.Table(devices, scope.Users is null ? everybody : scope, request.Devices),
            EventsPanel.Read(snapshot, scope, request.Events),
            SeatsPanel.Table(seats, request.Seats),
            AuditPanel.Read(snapshot, request.Audit));
    }

    private static FilterChoices Choices(UsageSnapshot snapshot) => new(
        [.. snapshot.Users.Values.Select(user => user.Ref).OrderBy(user => user.Email, StringComparer.Ordinal)],
        [.. snapshot.Users.Values.Select(user => user.Division).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        [.. snapshot.Models.Values.OrderBy(model => model.Order)]);

    /// <summary>The last 30 days, for what is about now.</summary>
    private (RecentWindows Windows, PeriodTotals Totals) ReadRecent(UsageSnapshot snapshot)
    {
        var today = UtcDay.From(snapshot.Now);
        var windows = new RecentWindows(snapshot.Now);
        var totals = new PeriodTotals(today - RecentWindows.Days + 1, today);
        foreach (var rows in days.Read(snapshot.Connection, snapshot.StoreId, today - RecentWindows.Days + 1, today, snapshot.Models))
        {
            windows.Add(rows);
            totals.Add(rows);
        }

        return (windows, totals);
    }

    /// <summary>The period and the one before it for the cards, and the period within the scope.</summary>
    private (PeriodTotals Cards, PeriodTotals Prior, PeriodSums Scoped) ReadPeriod(UsageSnapshot snapshot, Scope scope, Scope shown)
    {
        var from = UtcDay.From(scope.Filter.From);
        var to = UtcDay.From(scope.Filter.To);
        var length = to - from + 1;
        var scoped = new PeriodSums(from, to, scope.Users, scope.Model);
        var isSame = shown.Users == scope.Users && shown.Model == scope.Model;
        var (cards, addToCards) = isSame ? (scoped.Totals, scoped.Add) : Totals(from, to, shown);
        var (prior, addToPrior) = Totals(from - length, from - 1, shown);
        foreach (var rows in days.Read(snapshot.Connection, snapshot.StoreId, from - length, to, snapshot.Models))
        {
            addToPrior(rows);
            addToCards(rows);
            if (!isSame)
            {
                scoped.Add(rows);
            }
        }

        return (cards, prior, scoped);
    }

    /// <summary>Everybody's totals are sums that the days hold already; those of a scope are added up from its users' cells.</summary>
    private static (PeriodTotals Totals, Action<DayRows> Add) Totals(int from, int to, Scope scope)
    {
        if (scope is { Users: null, Model: null })
        {
            var everybody = new PeriodTotals(from, to);
            return (everybody, everybody.Add);
        }

        var some = new PeriodSums(from, to, scope.Users, scope.Model);
        return (some.Totals, some.Add);
    }
}
