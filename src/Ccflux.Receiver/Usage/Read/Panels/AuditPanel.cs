using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads the audit log, newest first. Its lines name users and admins alike, so that nobody reads it who may not read about everybody.</summary>
internal static class AuditPanel
{
    public static Paged<AuditRow> Read(UsageSnapshot snapshot, TableState state)
    {
        if (!snapshot.Allowed.IsEverybody)
        {
            return new Paged<AuditRow>([], 0, state with { Page = 1 });
        }

        var total = (int)(snapshot.Session.Scalar(UsageReadSql.AuditCount) ?? 0);
        var shown = state with { Page = Math.Min(state.Page, Math.Max(1, (total + state.Size - 1) / state.Size)) };
        return new Paged<AuditRow>(snapshot.Session.List(UsageReadSql.Audit, Row, ("limit", shown.Size), ("offset", shown.Offset)), total, shown);
    }

    /// <summary>The newest changes before the one with the given id.</summary>
    public static IReadOnlyList<AuditRow> ReadPart(UsageSnapshot snapshot, long before, int limit) =>
        snapshot.Allowed.IsEverybody ? snapshot.Session.List(UsageReadSql.AuditBefore, Row, ("before", before), ("limit", limit)) : [];

    private static AuditRow Row(Rows rows) =>
        new(rows.Int64(0), UnixTime.At(rows.Int64(1)), rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5), rows.Text(6));
}
