using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Writes alerts and their deliveries within a transaction.</summary>
internal static class AlertWriter
{
    /// <summary>Writes an alert with a delivery on each channel.</summary>
    public static void Write(WriteSession session, NewAlert alert, IReadOnlyList<string> channels, DateTimeOffset now)
    {
        var alertId = session.Insert(
            AlertSql.InsertAlert,
            ("account", alert.AccountId.Value),
            ("window_name", alert.Window),
            ("kind", alert.Kind),
            ("used_milli", alert.UsedMilli),
            ("threshold_milli", alert.ThresholdMilli),
            ("resets_at", alert.ResetsAt),
            ("earliest_at", alert.Projection.Earliest?.ToUnixTimeMilliseconds()),
            ("latest_at", alert.Projection.Latest?.ToUnixTimeMilliseconds()),
            ("now", now.ToUnixTimeMilliseconds()),
            ("held", alert.Held));
        WriteDeliveries(session, alertId, channels, alert.SendAt);
    }

    public static void WriteDeliveries(WriteSession session, long alertId, IReadOnlyList<string> channels, DateTimeOffset sendAt)
    {
        foreach (var channel in channels)
        {
            session.Execute(AlertSql.InsertDelivery, ("alert", alertId), ("channel", channel), ("next_at", sendAt.ToUnixTimeMilliseconds()));
        }
    }

    public static void Write(WriteSession session, IReadOnlyList<(long WindowId, AlertState State)> states)
    {
        foreach (var (windowId, state) in states)
        {
            session.Execute(
                AlertSql.UpsertState,
                ("window", windowId),
                ("threshold_milli", state.ThresholdMilli),
                ("forecast_told", state.ForecastSent),
                ("resets_at", state.ResetsAt?.ToUnixTimeMilliseconds()));
        }
    }

    /// <param name="session">The session of the write.</param>
    /// <param name="plan">The alerts.</param>
    /// <param name="digest">The digest that <see cref="AlertPlan.ForDigest"/> are added to.</param>
    /// <param name="channels">Where alerts go.</param>
    /// <param name="now">The current time.</param>
    public static void Write(WriteSession session, AlertPlan plan, long? digest, IReadOnlyList<string> channels, DateTimeOffset now)
    {
        foreach (var row in plan.ForDigest)
        {
            session.Execute(AlertSql.AddToDigest, ("window_name", row.Name), ("used_milli", row.UsedMilli), ("alert", digest));
        }

        foreach (var alert in plan.Alerts)
        {
            Write(session, alert, channels, now);
        }
    }
}
