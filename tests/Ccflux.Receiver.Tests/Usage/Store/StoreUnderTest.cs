using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SqliteDatabase = Ccflux.Storage.Sqlite.SqliteDatabase;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>The store alone, on a real file.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable, IChangeFeed
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-store-").FullName;
    private readonly List<Exception> _failures = [];

    private readonly int _rowsPerTransaction;

    public StoreUnderTest(int rowsPerTransaction = WindowAssigner.RowsPerTransaction)
    {
        _rowsPerTransaction = rowsPerTransaction;
        (Usage, Writer) = Open();
        Readers = SqliteDatabase.OpenForReading(DatabasePath);
    }

    public string DatabasePath => Path.Combine(_folder, "ccflux.db");

    public UsageWriter Usage { get; private set; }

    public GroupCommitWriter Writer { get; private set; }

    public ReadSessions Readers { get; }

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

    /// <summary>Stops the writer and starts a new one, like a restarted receiver.</summary>
    public async Task RestartAsync()
    {
        await Writer.DisposeAsync();
        (Usage, Writer) = Open();
    }

    /// <summary>Continues counting for a user whose windows lag behind; false if there is no such user.</summary>
    public Task<bool> StepAsync() => new WindowJob(Writer, Usage, TimeProvider.System, NullLogger<WindowJob>.Instance).StepAsync();

    /// <summary>Steps until no windows lag behind; returns the number of steps.</summary>
    public async Task<int> CatchUpAsync()
    {
        var steps = 1;
        while (await StepAsync())
        {
            steps++;
        }

        return steps;
    }

    public IReadOnlyList<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Mode=ReadOnly;Pooling=False");
        return [.. connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values))];
    }

    private (UsageWriter Usage, GroupCommitWriter Writer) Open()
    {
        var usage = new UsageWriter(this, new WindowAssigner(_rowsPerTransaction));
        var connection = SqliteDatabase.OpenForWriting(DatabasePath);
        // Losing data in a crash does not matter here, but the speed of some thousand commits does.
        connection.ExecuteScript("PRAGMA synchronous = OFF");
        return (usage, new GroupCommitWriter(connection, [usage], _failures.Add));
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Readers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
