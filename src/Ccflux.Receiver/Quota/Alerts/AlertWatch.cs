using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Checks an account's windows after each reading and writes the alert, its deliveries and the new alert state
/// in one transaction, so that nothing is sent twice or lost.</summary>
internal sealed class AlertWatch(AlertOptions options, ReadSessions readers, GroupCommitWriter writer, QuotaMetrics metrics, TimeProvider time) : IReadingObserver
{
    private readonly AlertSettings _default = new(AlertSettings.ParseThresholds(options.Thresholds) ?? [], options.Forecast);
    private readonly QuietHours? _quiet = options.QuietHours is { } hours ? QuietHours.Parse(hours, options.TimeZone) : null;
    private readonly IReadOnlyList<string> _channels = options.Channels;

    public AlertSettings Default => _default;

    public bool HasChannels => _channels.Count > 0;

    public async Task ReadingsStoredAsync(long accountId)
    {
        if (!HasChannels)
        {
            return;
        }

        var now = time.GetUtcNow();
        List<(WindowRow Row, Projection Projection)> windows;
        using (var session = await readers.OpenAsync(CancellationToken.None))
        {
            var rows = session.List(AlertSql.WindowsOfAccount, WindowRow.Read, ("account", accountId));
            windows = [.. rows.Select(row => (row, WindowProjection.Read(session, row, now)))];
        }

        await writer.WriteAsync(session =>
        {
            var settings = SettingsOf(session, accountId);
            foreach (var (row, projection) in windows)
            {
                Consider(session, row, projection, settings, now);
            }

            return true;
        });
    }

    /// <summary>Sends a test alert on every channel at once, even in quiet hours: the admin who asks for it is awake.</summary>
    public Task<WriteResult<bool>> TestAsync(AuditActor actor)
    {
        var now = time.GetUtcNow();
        var entry = new AuditEntry(now, actor, "quota.alert.test", "", string.Join(' ', _channels));
        return writer.WriteAsync(session =>
        {
            Insert(session, 0, "", AlertKind.Test, 0, null, null, Projection.Unknown, now, now);
            AuditLog.Write(session, entry);
            return true;
        });
    }

    private void Consider(WriteSession session, WindowRow row, Projection projection, AlertSettings settings, DateTimeOffset now)
    {
        var before = StateOf(session, row.WindowId);
        var (state, findings) = AlertRule.Decide(before, settings, row.ToReading(), projection, now);
        if (state != before)
        {
            session.Execute(
                AlertSql.UpsertState,
                ("window", row.WindowId),
                ("threshold_milli", state.ThresholdMilli),
                ("forecast_told", state.ForecastSent),
                ("resets_at", state.ResetsAt?.ToUnixTimeMilliseconds()));
        }

        foreach (var finding in findings)
        {
            Queue(session, row, finding.Threshold, finding.Threshold is null ? projection : Projection.Unknown, now);
        }
    }

    /// <summary>Queues an alert of its own or, if its user or polled account had too many lately, adds it to a digest.</summary>
    private void Queue(WriteSession session, WindowRow row, long? threshold, Projection projection, DateTimeOffset now)
    {
        var owner = session.Scalar(AlertSql.SelectOwner, ("account", row.AccountId)) ?? AccountIdentity.Polled;
        var since = (now - AlertQueue.Span).ToUnixTimeMilliseconds();
        var isOften = session.Scalar(AlertSql.CountOfSource, ("owner", owner), ("account", row.AccountId), ("since", since)) >= AlertQueue.MaxPerSpan;
        if (isOften)
        {
            metrics.Held("rate");
            if (session.Scalar(AlertSql.SelectDigest, ("owner", owner), ("account", row.AccountId), ("since", since)) is { } digest)
            {
                session.Execute(AlertSql.AddToDigest, ("window_name", row.Name), ("used_milli", row.UsedMilli), ("alert", digest));
                return;
            }
        }

        if (!AlertQueue.HasRoom(session, isReported: owner != AccountIdentity.Polled))
        {
            metrics.Held("full");
            return;
        }

        if (isOften)
        {
            Insert(session, row.AccountId, row.Name, AlertKind.Digest, row.UsedMilli, null, null, Projection.Unknown, now, NotBefore(now + AlertQueue.DigestAfter), held: 1);
            return;
        }

        var kind = threshold is null ? AlertKind.Forecast : AlertKind.Threshold;
        Insert(session, row.AccountId, row.Name, kind, row.UsedMilli, threshold, row.ResetsAt, projection, now, NotBefore(now));
    }

    private DateTimeOffset NotBefore(DateTimeOffset at) => _quiet?.NotBefore(at) ?? at;

    private void Insert(
        WriteSession session,
        long accountId,
        string window,
        string kind,
        long used,
        long? threshold,
        long? resetsAt,
        Projection projection,
        DateTimeOffset now,
        DateTimeOffset sendAt,
        long held = 0)
    {
        var alertId = session.Insert(
            AlertSql.InsertAlert,
            ("account", accountId),
            ("window_name", window),
            ("kind", kind),
            ("used_milli", used),
            ("threshold_milli", threshold),
            ("resets_at", resetsAt),
            ("earliest_at", projection.Earliest?.ToUnixTimeMilliseconds()),
            ("latest_at", projection.Latest?.ToUnixTimeMilliseconds()),
            ("now", now.ToUnixTimeMilliseconds()),
            ("held", held));
        foreach (var channel in _channels)
        {
            session.Execute(AlertSql.InsertDelivery, ("alert", alertId), ("channel", channel), ("next_at", sendAt.ToUnixTimeMilliseconds()));
        }
    }

    private AlertSettings SettingsOf(WriteSession session, long accountId)
    {
        using var rows = session.Query(AlertSql.SelectRule, ("account", accountId));
        return rows.Read() ? new AlertSettings(AlertSettings.ParseThresholds(rows.Text(0)) ?? [], rows.Bool(1)) : _default;
    }

    private static AlertState StateOf(WriteSession session, long windowId)
    {
        using var rows = session.Query(AlertSql.SelectState, ("window", windowId));
        return rows.Read() ? new AlertState(rows.Int64(0), rows.Bool(1), UnixTime.At(rows.Int64OrNull(2))) : AlertState.New;
    }
}
