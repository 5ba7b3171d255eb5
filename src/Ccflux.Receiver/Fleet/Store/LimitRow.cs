using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>A stored limit hit of a session.</summary>
internal sealed record LimitRow(FleetAccountId AccountId, string Window, long At, long ResetsAt)
{
    /// <summary>Reads a row of <see cref="LimitSql.Select"/>.</summary>
    public static LimitRow Of(Rows rows) => new(new FleetAccountId(rows.Int64(0)), rows.Text(1), rows.Int64(2), rows.Int64(3));
}
