namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Identifies a polled account in this process.</summary>
/// <param name="Source">One of <see cref="QuotaSource"/>.</param>
/// <param name="Key">The key of its <see cref="AccountIdentity"/>.</param>
internal readonly record struct PollKey(string Source, string Key)
{
    public static PollKey Of(PollTarget target) => new(target.Account.Source, target.Account.Key);
}
