using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>The store alone, on a real file.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable, IChangeFeed
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-store-").FullName;
    private readonly List<Exception> _failures = [];

    public StoreUnderTest()
    {
        Usage = new UsageWriter(this);
        var connection = SqliteDatabase.OpenForWriting(DatabasePath);
        // What a crash loses is not at stake here, and some thousand commits are.
        connection.ExecuteScript("PRAGMA synchronous = OFF");
        Writer = new GroupCommitWriter(connection, [Usage], _failures.Add);
        Readers = new SqliteReaders(DatabasePath);
    }

    public string DatabasePath => Path.Combine(_folder, "ccflux.db");

    public UsageWriter Usage { get; }

    public GroupCommitWriter Writer { get; }

    public SqliteReaders Readers { get; }

    public int Published { get; private set; }

    public IReadOnlyList<Exception> Failures => _failures;

    public void Publish(string topic) => Published++;

    public Task<StoreResult> ReportAsync(long user, params TurnReport[] turns) => ReportAsync(user, TurnBatch.Version, DailyCaps.None, turns);

    public Task<StoreResult> ReportLegacyAsync(long user, params TurnReport[] turns) => ReportAsync(user, LegacyReport.Version, DailyCaps.None, turns);

    public async Task<StoreResult> ReportAsync(long user, int schema, DailyCaps caps, params TurnReport[] turns)
    {
        var incoming = new IncomingTurns(user, schema, turns, null, A.Batch().Client, "1.0.0", null, 1_795_000_000_000);
        var result = await Writer.WriteAsync(new ReportWrite(Usage, incoming, caps));
        Assert.Equal(WriteStatus.Committed, result.Status);
        return result.Value;
    }

    public IReadOnlyList<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Mode=ReadOnly;Pooling=False");
        return [.. connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values))];
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Readers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
