using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Totals over all time: from the rollups of users' models, and each model's list-price value.</summary>
internal sealed record AllTime(IReadOnlyList<UserModelFacts> Rows, IReadOnlyDictionary<int, Cost> Costs)
{
    public TokenSums Tokens { get; } = Rows.Aggregate(default(TokenSums), (sum, row) => sum + row.Tokens);

    public long Events { get; } = Rows.Sum(row => row.Events);

    public Cost Cost { get; } = Costs.Values.Aggregate(default(Cost), (sum, cost) => sum + cost);

    /// <summary>Users with at least one event.</summary>
    public int ActiveUsers { get; } = Rows.Where(row => row.Events > 0).Select(row => row.User).Distinct().Count();

    /// <summary>The totals of the users and the model of a scope.</summary>
    public static AllTime Read(UsageSnapshot snapshot, Scope scope, CostHistory costs)
    {
        var all = scope.Users is null
            ? costs.Read(snapshot.Session, snapshot.StoreId, snapshot.Models)
            : costs.ReadUsers(snapshot.Session, scope.Users, snapshot.Models);
        return new AllTime(
            [.. ReadRows(snapshot).Where(row => scope.Holds(row.User) && (scope.Model is null || scope.Model == row.Model))],
            scope.Model is { } model ? all.Where(pair => pair.Key == model).ToDictionary() : all);
    }

    private static List<UserModelFacts> ReadRows(UsageSnapshot snapshot) => snapshot.Session.List(UsageReadSql.UserModels, static rows => new UserModelFacts(
        rows.Int32(0),
        rows.Int32(1),
        rows.Int64(2),
        rows.Int64(3),
        new TokenSums(rows.NonNegative(4), rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7))));
}
