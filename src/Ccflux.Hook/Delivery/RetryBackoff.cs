namespace Ccflux.Hook.Delivery;

/// <summary>How long to wait before the next attempt: 1 s, 2 s, 4 s … up to a minute, each varied by a quarter (so that not every client calls a restarted
/// receiver at once), or as long as the receiver asks; and when to give up. A later hook event starts deliver again.</summary>
internal sealed class RetryBackoff(TimeProvider time, TimeSpan total, Random random)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _failingSince;
    private int _failures;

    public void Succeeded()
    {
        _failingSince = null;
        _failures = 0;
    }

    /// <summary>Null if the time for retries ends before that wait would.</summary>
    public TimeSpan? Next(TimeSpan? asked)
    {
        var now = time.GetUtcNow();
        _failingSince ??= now;
        var grown = TimeSpan.FromSeconds(Math.Min(s_longest.TotalSeconds, Math.Pow(2, Math.Min(_failures, 10))));
        var wait = asked > grown ? asked.Value : grown;
        wait += wait * ((random.NextDouble() * (asked is null ? 0.5 : 0.25)) - (asked is null ? 0.25 : 0));
        _failures++;
        return now + wait - _failingSince.Value <= total ? wait : null;
    }
}
