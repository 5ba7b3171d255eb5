using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Totals over all time: from the rollups of users' models, and each model's list-price value.</summary>
internal sealed record AllTime(IReadOnlyList<UserModelFacts> Rows, IReadOnlyDictionary<int, Cost> Costs)
{
    public TokenSums Tokens { get; } = Rows.Aggregate(default(TokenSums), (sum, row) => sum + row.Tokens);

    public long Events { get; } = Rows.Sum(row => row.Events);

    public Cost Cost { get; } = Costs.Values.Aggregate(default(Cost), (sum, cost) => sum + cost);

    /// <summary>Users with at least one event.</summary>
    public int ActiveUsers { get; } = Rows.Where(row => row.Events > 0).Select(row => row.User).Distinct().Count();

    public static AllTime Read(UsageSnapshot snapshot, CostHistory costs) =>
        new(ReadRows(snapshot), costs.Read(snapshot.Connection, snapshot.StoreId, snapshot.Models));

    /// <summary>Narrows the totals to the users and the model of a scope.</summary>
    public AllTime Narrow(Scope scope, UsageSnapshot snapshot, CostHistory costs)
    {
        if (scope is { Users: null, Model: null })
        {
            return this;
        }

        var narrowed = scope.Users is null ? Costs : costs.ReadUsers(snapshot.Connection, scope.Users, snapshot.Models);
        return new AllTime(
            [.. Rows.Where(row => scope.Holds(row.User) && (scope.Model is null || scope.Model == row.Model))],
            scope.Model is { } model ? narrowed.Where(pair => pair.Key == model).ToDictionary() : narrowed);
    }

    private static List<UserModelFacts> ReadRows(UsageSnapshot snapshot)
    {
        var list = new List<UserModelFacts>();
        using var rows = RawRows.Query(snapshot.Connection, UsageReadSql.UserModels);
        while (rows.Read())
        {
            var tokens = new TokenSums(rows.Figure(4), rows.Figure(5), rows.Figure(6), rows.Figure(7));
            list.Add(new UserModelFacts(rows.Small(0), rows.Small(1), rows.Number(2), rows.Number(3), tokens));
        }

        return list;
    }
}
