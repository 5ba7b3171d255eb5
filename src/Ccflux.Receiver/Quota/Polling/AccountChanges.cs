namespace Ccflux.Receiver.Quota.Polling;

/// <summary>How the accounts that a source names differ from those that are polled.</summary>
/// <param name="Added">Not polled yet.</param>
/// <param name="Renewed">Polled with another credential until now.</param>
/// <param name="Removed">Polled, but no longer named.</param>
internal sealed record AccountChanges(IReadOnlyList<AddedAccount> Added, IReadOnlyList<PollTarget> Renewed, IReadOnlyList<PollKey> Removed)
{
    public bool IsEmpty => Added.Count + Renewed.Count + Removed.Count == 0;

    /// <param name="polled">The accounts of the source that are polled.</param>
    /// <param name="named">The accounts that it names now.</param>
    public static AccountChanges Between(IReadOnlyDictionary<PollKey, PollTarget> polled, IReadOnlyList<PollTarget> named)
    {
        var keys = named.Select(PollKey.Of).ToHashSet();
        return new AccountChanges(
            [.. named.Where(target => !polled.ContainsKey(PollKey.Of(target))).Select(target => new AddedAccount(target, IsAlone(target, keys)))],
            [.. named.Where(target => polled.TryGetValue(PollKey.Of(target), out var known) && !string.Equals(known.Stamp, target.Stamp, StringComparison.Ordinal))],
            [.. polled.Keys.Where(key => !keys.Contains(key))]);
    }

    private static bool IsAlone(PollTarget target, HashSet<PollKey> named) =>
        !AccountMatch.HasOrganization(target.Account.Key) || !named.Contains(PollKey.Of(target) with { Key = AccountMatch.AccountOf(target.Account.Key) });
}

/// <summary>An account to start polling.</summary>
/// <param name="Target">The account and its credential's stamp.</param>
/// <param name="IsAlone">False while the source names the same key without the organisation too: then they count as two accounts.</param>
internal sealed record AddedAccount(PollTarget Target, bool IsAlone);
