using System.Collections.Concurrent;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What this run's contract tests have done so far: the SQL texts that a database accepted, and the tests that opened one.</summary>
internal static class SqlRecord
{
    private static readonly ConcurrentDictionary<string, bool> s_texts = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, bool> s_tests = new(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Texts => [.. s_texts.Keys];

    /// <summary>As <c>Namespace.Class.Method</c>.</summary>
    public static IReadOnlyCollection<string> Tests => [.. s_tests.Keys];

    public static void Ran(string sql) => s_texts.TryAdd(sql, true);

    /// <summary>Notes the running test.</summary>
    public static void Opened() => s_tests.TryAdd($"{TestContext.Current.TestClass?.TestClassName}.{TestContext.Current.TestMethod?.MethodName}", true);
}

/// <summary>A driver's writing connection that notes each text.</summary>
internal sealed class RecordingWriteConnection(WriteConnection driver) : WriteConnection
{
    public override int Execute(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        var changed = driver.Execute(sql, parameters);
        SqlRecord.Ran(sql);
        return changed;
    }

    public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        var rows = driver.Query(sql, parameters);
        SqlRecord.Ran(sql);
        return rows;
    }

    public override void Begin() => driver.Begin();

    public override void Commit() => driver.Commit();

    public override void RollBack() => driver.RollBack();

    public override long ForeignCommits() => driver.ForeignCommits();

    public override bool Checkpoint() => driver.Checkpoint();

    public override void Compact() => driver.Compact();

    protected override void Dispose(bool disposing) => driver.Dispose();
}

/// <summary>A driver's reading connection that notes each text.</summary>
internal sealed class RecordingReadConnection(ReadConnection driver) : ReadConnection
{
    public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        driver.Ended = Ended;
        var rows = driver.Query(sql, parameters);
        SqlRecord.Ran(sql);
        return rows;
    }

    public override void BeginSnapshot() => driver.BeginSnapshot();

    public override bool EndSnapshot() => driver.EndSnapshot();

    protected override void Dispose(bool disposing) => driver.Dispose();
}
