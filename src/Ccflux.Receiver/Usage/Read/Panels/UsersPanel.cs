using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds "Usage by user" and "Model breakdown".</summary>
internal static class UsersPanel
{
    private static readonly TableOrder<UserUsageRow> s_users = new(
        row => $"{row.User.Email} {row.User.Division} {row.Tier.Label} {row.Tier.Confidence}",
        row => row.User.Email,
        new Dictionary<string, Func<UserUsageRow, IComparable?>>(StringComparer.Ordinal)
        {
            ["user"] = row => row.User.Email,
            ["division"] = row => row.User.Division.Length == 0 ? null : row.User.Division,
            ["billed"] = row => row.Tokens.Billed,
            ["input"] = row => row.Tokens.Input,
            ["output"] = row => row.Tokens.Output,
            ["cache_read"] = row => row.Tokens.CacheRead,
            ["cache_write"] = row => row.Tokens.CacheWrite,
            ["cost"] = row => row.Cost.Usd,
            ["sessions"] = row => row.Sessions,
            ["turns"] = row => row.Turns,
            ["failed"] = row => row.Failed,
            ["quota_5h"] = row => row.Quota?.FiveHour?.Share,
            ["quota_7d"] = row => row.Quota?.SevenDay?.Share,
            ["quota_reset"] = row => row.Quota?.ResetsAt,
            ["last"] = row => row.LastActive,
            ["tier"] = row => TierOrder.Rank(row.Tier) is var rank and >= 0 ? (rank * 4) + (int)row.Tier.Confidence : null,
        });

    private static readonly TableOrder<ModelUsageRow> s_models = new(
        row => row.Model.Name,
        row => row.Model.Name,
        new Dictionary<string, Func<ModelUsageRow, IComparable?>>(StringComparer.Ordinal)
        {
            ["model"] = row => row.Model.Name,
            ["billed"] = row => row.Tokens.Billed,
            ["input"] = row => row.Tokens.Input,
            ["output"] = row => row.Tokens.Output,
            ["cache_read"] = row => row.Tokens.CacheRead,
            ["cache_write"] = row => row.Tokens.CacheWrite,
            ["cache_hit"] = row => row.Tokens.CacheHit,
            ["cost"] = row => row.Cost.Usd,
            ["users"] = row => row.Users,
            ["turns"] = row => row.Turns,
        });

    public static (Paged<UserUsageRow> Page, UserUsageTotal Total) Users(
        UsageSnapshot snapshot,
        Scope scope,
        UsagePeriodSums period,
        IReadOnlyDictionary<int, OpenWindow> open,
        IReadOnlyDictionary<int, UserQuota> quotas,
        TableState state)
    {
        var byModel = scope.Model is not null;
        var rows = period.Users
            .Where(pair => pair.Value.Events > 0 || pair.Value.Turns > 0)
            .Select(pair => Row(snapshot, pair.Key, pair.Value, open, quotas, byModel))
            .ToList();
        // A session or turn belongs to one user, so sums over users count nothing twice.
        var found = s_users.Find(rows, state);
        var total = new UserUsageTotal(
            found.Count,
            rows.Count,
            found.Aggregate(default(TokenSums), (sum, row) => sum + row.Tokens),
            found.Aggregate(default(Cost), (sum, row) => sum + row.Cost),
            byModel ? null : found.Sum(row => row.Sessions ?? 0),
            found.Sum(row => row.Turns),
            byModel ? null : found.Sum(row => row.Failed ?? 0),
            found.Sum(row => row.Messages),
            rows.Exists(row => row.Quota is not null));
        return (s_users.Page(rows, state), total);
    }

    public static (Paged<ModelUsageRow> Page, ModelUsageTotal Total) Models(UsageSnapshot snapshot, AllTime allTime, TableState state)
    {
        var rows = Models(snapshot, allTime);
        var found = s_models.Find(rows, state);
        var names = found.Select(row => (int)row.Model.Id).ToHashSet();
        var total = new ModelUsageTotal(
            found.Aggregate(default(TokenSums), (sum, row) => sum + row.Tokens),
            found.Aggregate(default(Cost), (sum, row) => sum + row.Cost),
            allTime.Rows.Where(row => row.Events > 0 && names.Contains(row.Model)).Select(row => row.User).Distinct().Count(),
            found.Sum(row => row.Turns),
            found.Sum(row => row.Messages));
        return (s_models.Page(rows, state), total);
    }

    public static List<ModelUsageRow> Models(UsageSnapshot snapshot, AllTime allTime) =>
    [
        .. allTime.Rows
            .GroupBy(row => row.Model)
            .Select(group => new ModelUsageRow(
                snapshot.Model(group.Key),
                group.Aggregate(default(TokenSums), (sum, row) => sum + row.Tokens),
                allTime.Costs.GetValueOrDefault(group.Key),
                group.Count(row => row.Events > 0),
                group.Sum(row => row.Events),
                group.Sum(row => row.Messages)))
            .Where(row => row.Turns > 0)
            .OrderByDescending(row => row.Tokens.Billed)
            .ThenBy(row => row.Model.Name, StringComparer.Ordinal),
    ];

    private static UserUsageRow Row(UsageSnapshot snapshot, int id, UserSums sums, IReadOnlyDictionary<int, OpenWindow> open, IReadOnlyDictionary<int, UserQuota> quotas, bool byModel)
    {
        var facts = snapshot.Users.GetValueOrDefault(id);
        return new UserUsageRow(
            snapshot.User(id),
            sums.Tokens,
            sums.Cost,
            byModel ? null : sums.Sessions,
            sums.Turns,
            byModel ? null : sums.Failed,
            sums.Messages,
            UnixTime.At(facts?.LastAt),
            facts?.Tier ?? TierView.None,
            open.GetValueOrDefault(id),
            quotas.GetValueOrDefault(id));
    }
}
