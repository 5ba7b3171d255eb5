using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>What was already sent about a window.</summary>
/// <param name="ThresholdMilli">The highest threshold that was reported and not left since; 0: none.</param>
/// <param name="ForecastSent">Whether a forecast was sent about the instance of the window that ends at <paramref name="ResetsAt"/>.</param>
internal sealed record AlertState(long ThresholdMilli, bool ForecastSent, DateTimeOffset? ResetsAt)
{
    public static AlertState New { get; } = new(0, false, null);
}

/// <summary>Something to send an alert about.</summary>
/// <param name="Threshold">The threshold that was reached; null for a forecast.</param>
internal sealed record AlertFinding(long? Threshold);

/// <summary>A finding with its window.</summary>
/// <param name="Row">The window.</param>
/// <param name="Threshold">The threshold that was reached; null for a forecast.</param>
/// <param name="Projection">When the window runs out; unknown unless this is a forecast.</param>
internal sealed record WindowFinding(WindowRow Row, long? Threshold, Projection Projection);

/// <summary>What the readings of an account change.</summary>
/// <param name="States">The new states of windows, by their ids, where they differ from the stored ones.</param>
/// <param name="Findings">What to send alerts about.</param>
internal sealed record AlertDecision(IReadOnlyList<(long WindowId, AlertState State)> States, IReadOnlyList<WindowFinding> Findings);

/// <summary>Decides which alerts a reading causes: one per crossing, repeated only after the window has clearly left the threshold. Pure.</summary>
internal static class AlertRule
{
    /// <summary>How far a window must fall below a threshold before reaching it counts again, in thousandths of a percent.</summary>
    public const long Hysteresis = 5_000;

    private const long Full = 100_000;
    private static readonly TimeSpan s_sameInstance = TimeSpan.FromMinutes(1);

    /// <param name="facts">All windows of an account.</param>
    /// <param name="defaults">The rule of accounts without one of their own.</param>
    /// <param name="now">The current time.</param>
    public static AlertDecision Decide(AlertFacts facts, AlertSettings defaults, DateTimeOffset now)
    {
        var states = new List<(long WindowId, AlertState State)>();
        var found = new List<WindowFinding>();
        foreach (var (row, projection, before) in facts.Windows)
        {
            var (state, findings) = Decide(before, facts.Settings ?? defaults, row.ToReading(), projection, now);
            if (state != before)
            {
                states.Add((row.WindowId, state));
            }

            found.AddRange(findings.Select(finding => new WindowFinding(row, finding.Threshold, finding.Threshold is null ? projection : Projection.Unknown)));
        }

        return new AlertDecision(states, found);
    }

    public static (AlertState State, IReadOnlyList<AlertFinding> Findings) Decide(AlertState state, AlertSettings settings, Reading reading, Projection projection, DateTimeOffset now)
    {
        if (reading.IsOver(now))
        {
            return (state, []);
        }

        var findings = new List<AlertFinding>();
        var held = settings.Thresholds.LastOrDefault(threshold => threshold <= state.ThresholdMilli && reading.UsedMilli > threshold - Hysteresis);
        var reached = settings.Thresholds.LastOrDefault(threshold => reading.UsedMilli >= threshold);
        if (reached > held)
        {
            findings.Add(new AlertFinding(reached));
        }

        var sent = state.ForecastSent && IsSame(state.ResetsAt, reading.ResetsAt);
        if (!sent && settings.Forecast && projection.Outlook == Outlook.RunsOut && reading.UsedMilli < Full)
        {
            findings.Add(new AlertFinding(null));
            sent = true;
        }

        return (new AlertState(Math.Max(held, reached), sent, reading.ResetsAt), findings);
    }

    private static bool IsSame(DateTimeOffset? first, DateTimeOffset? second) =>
        first is null || second is null ? first == second : (first.Value - second.Value).Duration() <= s_sameInstance;
}
