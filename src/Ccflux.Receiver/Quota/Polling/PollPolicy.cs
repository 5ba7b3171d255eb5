namespace Ccflux.Receiver.Quota.Polling;

/// <summary>How often an account may be polled.</summary>
/// <param name="Interval">Between polls while there are no failures.</param>
/// <param name="Floor">Between any two polls, whatever the reason.</param>
/// <param name="Budget">Polls in any 60 minutes; null if <paramref name="Floor"/> is the only limit.</param>
internal sealed record PollPolicy(TimeSpan Interval, TimeSpan Floor, int? Budget)
{
    /// <summary>The longest wait after failures, unless the interval is longer.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(1800);

    public static readonly TimeSpan BudgetSpan = TimeSpan.FromMinutes(60);

    /// <summary>What the issuer tolerates for one account, as observed: about 28 to 30 polls an hour.</summary>
    public static PollPolicy OAuth { get; } = new(TimeSpan.FromSeconds(180), TimeSpan.FromSeconds(10), 28);

    public static PollPolicy Cookies(TimeSpan interval) => new(interval, interval, null);
}
