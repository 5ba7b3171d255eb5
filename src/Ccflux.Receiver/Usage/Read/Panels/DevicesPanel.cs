using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds the table of devices.</summary>
internal static class DevicesPanel
{
    private static readonly TableOrder<DeviceRow> s_order = new(
        row => $"{row.Name} {row.User.Email}",
        row => $"{row.User.Email} {row.Name} {row.Id:D12}",
        DeviceRow.SortKeys);

    public static List<DeviceRow> Read(UsageSnapshot snapshot) =>
        [.. snapshot.Session.List(UsageReadSql.Devices, DeviceFacts.Read).Where(device => snapshot.Holds((int)device.UserId)).Select(device => Row(snapshot, device))];

    public static Paged<DeviceRow> Table(IEnumerable<DeviceRow> devices, Scope scope, TableState state)
    {
        DeviceStatus? status = state.View switch
        {
            "active" => DeviceStatus.Active,
            "waiting" => DeviceStatus.WaitingForApproval,
            "again" => DeviceStatus.RegisteredAgain,
            "revoked" => DeviceStatus.Revoked,
            _ => null,
        };
        return s_order.Page(devices.Where(row => scope.Holds((int)row.User.Id) && (status is null || row.Status == status)), state);
    }

    private static DeviceRow Row(UsageSnapshot snapshot, DeviceFacts facts) => new(
        facts.Id,
        facts.Name,
        snapshot.User((int)facts.UserId),
        Shorten(facts.PublicKey),
        UnixTime.At(facts.RegisteredAt),
        UnixTime.At(facts.LastSeenAt),
        UnixTime.At(facts.RevokedAt),
        facts.Status);

    private static string Shorten(string key) => key.Length <= 16 ? key : $"{key[..8]}…{key[^8..]}";
}
