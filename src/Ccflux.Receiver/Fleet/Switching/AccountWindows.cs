using System.Runtime.InteropServices;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Reads how full each account's windows are: from this receiver's last poll, or full if a session has hit a limit since then.</summary>
internal sealed class AccountWindows(ReadSessions readers)
{
    public async Task<ILookup<FleetAccountId, (string Name, WindowState Window)>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var readings = session.List(
            RotationSql.Windows, static rows => new WindowRow(new FleetAccountId(rows.Int64(0)), rows.Int64(1), rows.Text(2), rows.Int64(3), rows.Int64OrNull(4), rows.Int64(5)));
        var since = (now - Velocity.SevenDaySpan - TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds();
        var samples = session.List(
            RotationSql.Samples, static rows => (WindowId: rows.Int64(0), Sample: new Sample(UnixTime.At(rows.Int64(1)), rows.Int64(2) / 1000d)), ("since", since))
            .ToLookup(row => row.WindowId, row => row.Sample);
        // A window that its plan no longer has is no longer reported, and one without a known reset would never end.
        var windows = readings
            .Where(row => row.ResetsAt is not null || WindowLength.Of(row.Name) is not { } length || UnixTime.At(row.ObservedAt) + length > now)
            .ToDictionary(row => (row.AccountId, row.Name), row => Window(row, samples[row.WindowId]));
        foreach (var met in session.List(LimitSql.Select, LimitRow.Of, ("now", now.ToUnixTimeMilliseconds())))
        {
            windows[(met.AccountId, met.Window)] = LimitRule.Of(windows.GetValueOrDefault((met.AccountId, met.Window)), UnixTime.At(met.At), UnixTime.At(met.ResetsAt));
        }

        return windows.ToLookup(pair => pair.Key.AccountId, pair => (pair.Key.Name, pair.Value));
    }

    private static WindowState Window(WindowRow row, IEnumerable<Sample> samples) => new(
        row.UsedMilli / 1000d,
        UnixTime.At(row.ResetsAt),
        UnixTime.At(row.ObservedAt),
        Velocity.PerMinute(CollectionsMarshal.AsSpan(samples.ToList()), row.Name is "five_hour" ? Velocity.FiveHourSpan : Velocity.SevenDaySpan));

    private sealed record WindowRow(FleetAccountId AccountId, long WindowId, string Name, long UsedMilli, long? ResetsAt, long ObservedAt);
}
