using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Fleet.Read;

internal sealed class WindowRow
{
    public FleetAccountId AccountId { get; init; }

    public string Name { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long ObservedAt { get; init; }

    public string Source { get; init; } = "";

    /// <summary>Reads a row of <see cref="FleetReadSql.Windows"/>.</summary>
    public static WindowRow Of(Rows rows) => new()
    {
        AccountId = new FleetAccountId(rows.Int64(0)),
        Name = rows.Text(1),
        UsedMilli = rows.Int64(2),
        ResetsAt = rows.Int64OrNull(3),
        ObservedAt = rows.Int64(4),
        Source = rows.Text(5),
    };
}
