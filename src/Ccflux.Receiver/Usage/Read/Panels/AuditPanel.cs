using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Dapper;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads the audit log, newest first.</summary>
internal static class AuditPanel
{
    public static Paged<AuditRow> Read(UsageSnapshot snapshot, TableState state)
    {
        var total = snapshot.Connection.ExecuteScalar<int>(UsageReadSql.AuditCount);
        var shown = state with { Page = Math.Min(state.Page, Math.Max(1, (total + state.Size - 1) / state.Size)) };
        var rows = snapshot.Connection.Query<AuditFacts>(UsageReadSql.Audit, new { limit = shown.Size, offset = shown.Offset });
        return new Paged<AuditRow>([.. rows.Select(Row)], total, shown);
    }

    /// <summary>The newest changes before the one with the given id.</summary>
    public static IReadOnlyList<AuditRow> ReadPart(UsageSnapshot snapshot, long before, int limit) =>
        [.. snapshot.Connection.Query<AuditFacts>(UsageReadSql.AuditBefore, new { before, limit }).Select(Row)];

    private static AuditRow Row(AuditFacts row) => new(row.Id, UnixTime.At(row.At), row.Actor, row.Action, row.Target, row.Detail, row.Address);

    private sealed record AuditFacts
    {
        public long Id { get; init; }

        public long At { get; init; }

        public string Actor { get; init; } = "";

        public string Action { get; init; } = "";

        public string Target { get; init; } = "";

        public string Detail { get; init; } = "";

        public string Address { get; init; } = "";
    }
}
