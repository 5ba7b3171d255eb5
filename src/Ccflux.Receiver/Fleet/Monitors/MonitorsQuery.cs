using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Reads the panel "Uptime monitoring".</summary>
internal sealed class MonitorsQuery(
    MonitorOptions options, MonitorWatch watch, HttpCheck check, InternalChecks internalChecks, KumaReader kuma, Notifications notifications, SqliteReaders readers, TimeProvider time)
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);

    public async Task<MonitorsView> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var own = await OwnAsync(now, cancellationToken);
        var seen = kuma.Seen;
        return new MonitorsView(
            $"{(options.HasKuma ? own.Count > 0 ? "Uptime Kuma and own checks" : "from Uptime Kuma" : "own checks")}{AlertNote(own.Count > 0)}",
            options.HasKuma && seen.Fault is { } fault ? $"Uptime Kuma cannot be read: {fault}." : null,
            [.. seen.Monitors.Select(monitor => KumaView.Of(monitor, seen, now)), .. own]);
    }

    private async Task<IReadOnlyList<MonitorView>> OwnAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = (now - s_day).ToUnixTimeMilliseconds();
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = (await lease.Connection.QueryAsync<MonitorRow>(MonitorSql.Monitors)).ToDictionary(row => row.Name, StringComparer.Ordinal);
        var slots = (await lease.Connection.QueryAsync<SlotRow>(MonitorSql.Slots, new { since = since - (since % MonitorResultWriter.SlotMilliseconds) })).ToLookup(slot => slot.MonitorId);
        var targets = watch.Targets();
        Watched[] watched = [.. targets.Select(target => OwnMonitorView.Of(target, check.CertificateEndsAt(target.Address), now)), .. internalChecks.Watched(targets)];
        return [.. watched.Select(one => rows.TryGetValue(one.Name, out var row)
            ? OwnMonitorView.Of(one, row, [.. slots[row.MonitorId]], TimeSpan.FromSeconds(options.IntervalSeconds), now)
            : OwnMonitorView.Unchecked(one))];
    }

    private string AlertNote(bool any) => !any ? "" : notifications.Channels.Count == 0 ? " · no alert channel is set" : !options.Alerts ? " · alerts are off" : $" · alerts to {string.Join(", ", notifications.Channels)}";
}

internal sealed class MonitorRow
{
    public long MonitorId { get; init; }

    public string Name { get; init; } = "";

    public string State { get; init; } = "";

    public long Since { get; init; }

    public long CheckedAt { get; init; }

    public long? TookMs { get; init; }

    public string Detail { get; init; } = "";
}

internal sealed class SlotRow
{
    public long MonitorId { get; init; }

    public long SlotAt { get; init; }

    public long Up { get; init; }

    public long Slow { get; init; }

    public long Down { get; init; }
}
