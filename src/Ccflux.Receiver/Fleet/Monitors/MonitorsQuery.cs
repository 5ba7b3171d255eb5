using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Reads the panel "Uptime monitoring".</summary>
internal sealed class MonitorsQuery(
    MonitorOptions options, MonitorWatch watch, HttpCheck check, InternalChecks internalChecks, KumaReader kuma, Notifications notifications, ReadSessions readers, TimeProvider time)
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
        using var session = await readers.OpenAsync(cancellationToken);
        var rows = session.List(MonitorSql.Monitors, MonitorRow.Of).ToDictionary(row => row.Name, StringComparer.Ordinal);
        var slots = session.List(MonitorSql.Slots, SlotRow.Of, ("since", since - (since % MonitorResultWriter.SlotMilliseconds))).ToLookup(slot => slot.MonitorId);
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

    /// <summary>Reads a row of <see cref="MonitorSql.Monitors"/>.</summary>
    public static MonitorRow Of(Rows rows) => new()
    {
        MonitorId = rows.Int64(0),
        Name = rows.Text(1),
        State = rows.Text(2),
        Since = rows.Int64(3),
        CheckedAt = rows.Int64(4),
        TookMs = rows.Int64OrNull(5),
        Detail = rows.Text(6),
    };
}

internal sealed class SlotRow
{
    public long MonitorId { get; init; }

    public long SlotAt { get; init; }

    public long Up { get; init; }

    public long Slow { get; init; }

    public long Down { get; init; }

    /// <summary>Reads a row of <see cref="MonitorSql.Slots"/>.</summary>
    public static SlotRow Of(Rows rows) => new() { MonitorId = rows.Int64(0), SlotAt = rows.Int64(1), Up = rows.Int64(2), Slow = rows.Int64(3), Down = rows.Int64(4) };
}
