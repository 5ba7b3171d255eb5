using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Merges a turn or an event that is reported again. The result does not depend on the order of the reports.</summary>
internal static class TurnMerge
{
    /// <summary>The start only moves back and the end only forward. Everything else comes from the report with the later end.
    /// At the same end, a completed turn takes precedence over a failed one, and a failed one over an interrupted one.</summary>
    public static StoredTurn Merge(in StoredTurn known, in StoredTurn again)
    {
        var newer = again.EndedAt > known.EndedAt || (again.EndedAt == known.EndedAt && Rank(again.Outcome) > Rank(known.Outcome));
        var source = newer ? again : known;
        var other = newer ? known : again;
        return source with
        {
            StartedAt = Math.Min(known.StartedAt, again.StartedAt),
            EndedAt = Math.Max(known.EndedAt, again.EndedAt),
            Entrypoint = source.Entrypoint ?? other.Entrypoint,
            DeviceRef = source.DeviceRef ?? other.DeviceRef,
            PluginVersion = source.PluginVersion ?? other.PluginVersion,
            ClockAdjusted = known.ClockAdjusted || again.ClockAdjusted,
        };
    }

    /// <summary>True if the resent event replaces the known one: its output is larger, or is equal with a larger sum.</summary>
    public static bool Replaces(in UsageSums known, in UsageSums again) =>
        again.Output > known.Output || (again.Output == known.Output && again.AllTokens > known.AllTokens);

    private static int Rank(string outcome) => outcome switch
    {
        TurnOutcome.Completed => 3,
        TurnOutcome.Failed => 2,
        _ => 1,
    };
}
