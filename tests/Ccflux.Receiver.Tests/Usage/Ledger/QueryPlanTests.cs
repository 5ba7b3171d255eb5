using System.Text.RegularExpressions;
using Ccflux.Receiver.Composition;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Statements that the writer runs for single rows find them by an index. Without statistics, SQLite prefers the primary key, and reads all of a user's requests, unless the index has every column
/// that the statement needs.</summary>
public sealed partial class QueryPlanTests
{
    private static readonly string[] s_statements =
    [
        LedgerSql.HasMetrics, LedgerSql.SelectMetricsOfSession, LedgerSql.SelectMetricsOfHours, LedgerSql.HasRequests, LedgerSql.HasRequestsInHours,
        LedgerSql.HasSubjects, LedgerSql.SelectSubjectsOfKey, LedgerSql.HasSame, LedgerSql.SelectRequestsOfSubject, LedgerSql.SelectTelemetryOfSession,
        LedgerSql.SelectRequest, LedgerRollupSql.DeleteEmptySession, PortsSql.SubjectHolder,
    ];

    [Fact]
    public async Task SingleRows_AreFoundByAnIndex()
    {
        await using var ledger = new LedgerUnderTest();

        var wide = s_statements.SelectMany(sql => ledger.Rows("EXPLAIN QUERY PLAN " + Parameter().Replace(sql, "1")).Where(step => Wide().IsMatch(step)).Select(step => $"{step}: {sql}"));

        Assert.Empty(wide);
    }

    [GeneratedRegex("@[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Parameter();

    /// <summary>All rows of a table, or all requests of a user.</summary>
    [GeneratedRegex(@"SCAN (r|s|requests|sessions)\b|PRIMARY KEY \(user_id=\?\)|requests_by_key \(user_id=\?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Wide();
}
