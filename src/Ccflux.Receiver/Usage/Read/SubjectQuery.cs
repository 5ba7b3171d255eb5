using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Finds the one that a change is about, for the page that asks before it.</summary>
internal sealed class SubjectQuery(SqliteReaders readers, TimeProvider time)
{
    public async Task<SeatRow?> FindSeatAsync(string email, CancellationToken cancellationToken)
    {
        using var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken);
        return SeatsPanel.Read(snapshot).Find(row => string.Equals(row.User.Email, email, StringComparison.Ordinal));
    }

    public async Task<DeviceRow?> FindDeviceAsync(long id, CancellationToken cancellationToken)
    {
        using var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken);
        return DevicesPanel.Read(snapshot).Find(row => row.Id == id);
    }
}
