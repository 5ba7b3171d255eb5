using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Checks an account's windows after each reading and writes the alert, its deliveries and the new alert state
/// in one transaction, so that nothing is sent twice or lost.</summary>
internal sealed class AlertWatch(AlertOptions options, SqliteReaders readers, GroupCommitWriter writer, QuotaMetrics metrics, TimeProvider time) : IReadingObserver
{
    public const string NoChannel = "No channel is configured: set ALERT_TELEGRAM_TOKEN and ALERT_TELEGRAM_CHAT, ALERT_SLACK_URL or ALERT_WEBHOOK_URL.";

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
        using (var lease = await readers.RentAsync(CancellationToken.None))
        {
            var rows = await lease.Connection.QueryAsync<WindowRow>(AlertSql.WindowsOfAccount, new { AccountId = accountId });
            windows = [.. rows.Select(row => (row, WindowProjection.Read(lease.Connection, row, now)))];
        }

        await writer.WriteAsync(connection =>
        {
            var settings = SettingsOf(connection, accountId);
            foreach (var (row, projection) in windows)
            {
                Consider(connection, row, projection, settings, now);
            }

            return true;
        });
    }

    /// <summary>Sends a test alert on every channel at once, even in quiet hours: the admin who asks for it is awake.</summary>
    public Task<WriteResult<bool>> TestAsync(AuditActor actor)
    {
        var now = time.GetUtcNow();
        var entry = new AuditEntry(now, actor, "quota.alert.test", "", string.Join(' ', _channels));
        return writer.WriteAsync(connection =>
        {
            Insert(connection, 0, "", AlertKind.Test, 0, null, null, Projection.Unknown, now, now);
            AuditLog.Write(connection, entry);
            return true;
        });
    }

    private void Consider(SqlConnection connection, WindowRow row, Projection projection, AlertSettings settings, DateTimeOffset now)
    {
        var before = StateOf(connection, row.WindowId);
        var (state, findings) = AlertRule.Decide(before, settings, row.ToReading(), projection, now);
        if (state != before)
        {
            connection.Execute(AlertSql.UpsertState, row.WindowId, state.ThresholdMilli, state.ForecastSent, state.ResetsAt?.ToUnixTimeMilliseconds());
        }

        foreach (var finding in findings)
        {
            Queue(connection, row, finding.Threshold, finding.Threshold is null ? projection : Projection.Unknown, now);
        }
    }

    /// <summary>Queues an alert of its own or, if its user or polled account had too many lately, adds it to a digest.</summary>
    private void Queue(SqlConnection connection, WindowRow row, long? threshold, Projection projection, DateTimeOffset now)
    {
        var owner = connection.Scalar(AlertSql.SelectOwner, row.AccountId) ?? AccountIdentity.Polled;
        var since = (now - AlertQueue.Span).ToUnixTimeMilliseconds();
        var isOften = connection.Scalar(AlertSql.CountOfSource, owner, row.AccountId, since) >= AlertQueue.MaxPerSpan;
        if (isOften)
        {
            metrics.Held("rate");
            if (connection.Scalar(AlertSql.SelectDigest, owner, row.AccountId, since) is { } digest)
            {
                connection.Execute(AlertSql.AddToDigest, row.Name, row.UsedMilli, digest);
                return;
            }
        }

        if (!AlertQueue.HasRoom(connection, isReported: owner != AccountIdentity.Polled))
        {
            metrics.Held("full");
            return;
        }

        if (isOften)
        {
            Insert(connection, row.AccountId, row.Name, AlertKind.Digest, row.UsedMilli, null, null, Projection.Unknown, now, NotBefore(now + AlertQueue.DigestAfter), held: 1);
            return;
        }

        var kind = threshold is null ? AlertKind.Forecast : AlertKind.Threshold;
        Insert(connection, row.AccountId, row.Name, kind, row.UsedMilli, threshold, row.ResetsAt, projection, now, NotBefore(now));
    }

    private DateTimeOffset NotBefore(DateTimeOffset at) => _quiet?.NotBefore(at) ?? at;

    private void Insert(
        SqlConnection connection,
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
        var alertId = connection.Scalar(
            AlertSql.InsertAlert,
            accountId,
            window,
            kind,
            used,
            threshold,
            resetsAt,
            projection.Earliest?.ToUnixTimeMilliseconds(),
            projection.Latest?.ToUnixTimeMilliseconds(),
            now.ToUnixTimeMilliseconds(),
            held)!.Value;
        foreach (var channel in _channels)
        {
            connection.Execute(AlertSql.InsertDelivery, alertId, channel, sendAt.ToUnixTimeMilliseconds());
        }
    }

    private AlertSettings SettingsOf(SqlConnection connection, long accountId)
    {
        using var rows = connection.Query(AlertSql.SelectRule, accountId);
        return rows.Read() ? new AlertSettings(AlertSettings.ParseThresholds(rows.Text(0)) ?? [], rows.Number(1) != 0) : _default;
    }

    private static AlertState StateOf(SqlConnection connection, long windowId)
    {
        using var rows = connection.Query(AlertSql.SelectState, windowId);
        return rows.Read() ? new AlertState(rows.Number(0), rows.Number(1) != 0, UnixTime.At(rows.NumberOrNull(2))) : AlertState.New;
    }
}
