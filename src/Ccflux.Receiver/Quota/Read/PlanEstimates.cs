using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota.Forecasts;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Estimates how many tokens windows allow, from the usage of the same account.</summary>
internal sealed class PlanEstimates(IAccountUsage usage)
{
    /// <summary>By window. Only for windows that count every model, that have not reset since, and whose users show no other account:
    /// for others it is unknown which tokens count towards which limit.</summary>
    public async ValueTask<IReadOnlyDictionary<long, PlanEstimate>> ReadAsync(
        IReadOnlyList<AccountRow> accounts, IEnumerable<WindowRow> windows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var users = UsersOf(accounts);
        var byId = accounts.ToDictionary(account => account.AccountId);
        var spans = new List<(WindowRow Row, UsageSpan Span)>();
        foreach (var row in windows)
        {
            if (byId.TryGetValue(row.AccountId, out var account) && users(account) is { } known
                && LimitNames.IsGeneral(row.Name) && row.ToReading() is { Start: { } start } reading && !reading.IsOver(now))
            {
                spans.Add((row, new UsageSpan(known, account.Email, start, UnixTime.At(row.ObservedAt))));
            }
        }

        var tokens = await usage.TokensAsync([.. spans.Select(pair => pair.Span)], cancellationToken);
        var plans = new Dictionary<long, PlanEstimate>();
        foreach (var ((row, _), count) in spans.Zip(tokens))
        {
            if (count is { } sum && PlanEstimate.Of(row.ToReading(), sum) is { } plan)
            {
                plans.Add(row.WindowId, plan);
            }
        }

        return plans;
    }

    /// <summary>The users of an account; null if one of them uses another account too.</summary>
    private static Func<AccountRow, IReadOnlyList<long>?> UsersOf(IReadOnlyList<AccountRow> accounts)
    {
        var shown = accounts.Where(account => account.Owner != AccountIdentity.Polled && account.Source is not QuotaSource.LimitHit).ToList();
        var several = shown.GroupBy(account => account.Owner).Where(group => group.Skip(1).Any()).Select(group => group.Key).ToHashSet();
        var byAccount = shown.ToLookup(account => AccountMatch.AccountOf(account.AccountKey), StringComparer.Ordinal);
        var organizations = accounts.Where(account => AccountMatch.HasOrganization(account.AccountKey)).Select(account => account.AccountKey).Distinct(StringComparer.Ordinal)
            .CountBy(AccountMatch.AccountOf, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return account =>
        {
            var id = AccountMatch.AccountOf(account.AccountKey);
            var matches = byAccount[id].Where(other => AccountMatch.MayBeSame(account.AccountKey, other.AccountKey)).ToList();
            // If an account has several organisations, a key that omits it may belong to any of them.
            var isOpen = organizations.GetValueOrDefault(id) > 1 && matches.Exists(other => !string.Equals(other.AccountKey, account.AccountKey, StringComparison.Ordinal));
            IReadOnlyList<long> users = [.. matches.Select(other => other.Owner)];
            var usesAnother = users.Count == 0
                ? shown.Any(other => other.Email.Length > 0 && string.Equals(other.Email, account.Email, StringComparison.OrdinalIgnoreCase))
                : isOpen || users.Any(several.Contains);
            return usesAnother ? null : users;
        };
    }
}
