using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>A turn as stored in its table.</summary>
internal readonly record struct StoredTurn(
    long UserId,
    long SessionRef,
    int SchemaVersion,
    int TurnIndex,
    long StartedAt,
    long EndedAt,
    string Outcome,
    string? Entrypoint,
    long? DeviceRef,
    string? PluginVersion,
    bool ClockAdjusted)
{
    public int Day => DayOf(EndedAt);

    public int Failed => string.Equals(Outcome, TurnOutcome.Failed, StringComparison.Ordinal) ? 1 : 0;

    /// <summary>Days since 1970-01-01 (UTC).</summary>
    public static int DayOf(long instant) => (int)Math.DivRem(instant, UnixTime.Day, out var rest) - (rest < 0 ? 1 : 0);
}

/// <summary>An event as stored in its table: what a turn used of one model.</summary>
internal readonly record struct StoredEvent(long ModelId, UsageSums Sums, long SubagentTokens, bool Partial)
{
    public static TokenSums TokensOf(ReadOnlySpan<StoredEvent> events)
    {
        var total = default(TokenSums);
        foreach (ref readonly var each in events)
        {
            total += each.Sums.Tokens;
        }

        return total;
    }
}
