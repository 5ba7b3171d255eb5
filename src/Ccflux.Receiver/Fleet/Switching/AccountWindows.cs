using System.Runtime.InteropServices;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Quota;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Reads how full each account's windows are: from this receiver's last poll, or full if a session has hit a limit since then.</summary>
internal sealed class AccountWindows(SqliteReaders readers)
{
    public async Task<ILookup<long, (string Name, WindowState Window)>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<WindowRow>(new CommandDefinition(RotationSql.Windows, cancellationToken: cancellationToken));
        var since = (now - Velocity.SevenDaySpan - TimeSpan.FromMinutes(5)).ToUnixTimeMilliseconds();
        var samples = (await lease.Connection.QueryAsync<SampleRow>(new CommandDefinition(RotationSql.Samples, new { Since = since }, cancellationToken: cancellationToken)))
            .ToLookup(row => row.WindowId, row => new Sample(UnixTime.At(row.ObservedAt), row.UsedMilli / 1000d));
        // A window that its plan no longer has is no longer reported, and one without a known reset would never end.
        var windows = rows
            .Where(row => row.ResetsAt is not null || WindowLength.Of(row.Name) is not { } length || UnixTime.At(row.ObservedAt) + length > now)
            .ToDictionary(row => (row.AccountId, row.Name), row => Window(row, samples[row.WindowId]));
        foreach (var met in await lease.Connection.QueryAsync<LimitRow>(new CommandDefinition(LimitSql.Select, new { Now = now.ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken)))
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

    private sealed class WindowRow
    {
        public long AccountId { get; init; }

        public long WindowId { get; init; }

        public string Name { get; init; } = "";

        public long UsedMilli { get; init; }

        public long? ResetsAt { get; init; }

        public long ObservedAt { get; init; }
    }

    private sealed class SampleRow
    {
        public long WindowId { get; init; }

        public long ObservedAt { get; init; }

        public long UsedMilli { get; init; }
    }
}
