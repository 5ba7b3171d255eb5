using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

public sealed class SqliteReaderTests : IDisposable
{
    /// <summary>Long enough to be checked many times while it runs, and short enough to end if nothing checks.</summary>
    private const string Long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n";

    private readonly TemporaryFile _file = new();

    [Fact]
    public async Task Query_Ended_IsStopped_AndTheSameConnectionCanBeUsedAgain()
    {
        SqliteDatabase.OpenForWriting(_file.Path).Dispose();
        using var ended = new CancellationTokenSource();
        using var reader = new SqliteReader(_file.Path, cacheKilobytes: 1024) { Ended = ended.Token };
        Assert.Equal(2_000_000, reader.Scalar(Long));

        await ended.CancelAsync();
        var stopped = Assert.Throws<StorageException>(() => reader.Scalar(Long));

        Assert.Equal(StorageFault.Stopped, stopped.Fault);
        Assert.False(stopped.IsTransient);
        reader.Ended = default;
        Assert.Equal(2_000_000, reader.Scalar(Long));
    }

    [Fact]
    public void EndSnapshot_StoppedWithinIt_SeesTheNewestCommitAgain()
    {
        const string Count = "SELECT count(*) FROM users";
        using var writer = SqliteDatabase.OpenForWriting(_file.Path);
        using var ended = new CancellationTokenSource();
        using var reader = new SqliteReader(_file.Path, cacheKilobytes: 1024) { Ended = ended.Token };
        reader.BeginSnapshot();
        Assert.Equal(0, reader.Scalar(Count));
        writer.Execute("INSERT INTO users (email, created_at) VALUES ('a@example.org', 0)");
        ended.Cancel();
        Assert.Throws<StorageException>(() => reader.Scalar(Long));

        Assert.True(reader.EndSnapshot());

        reader.Ended = default;
        Assert.Equal(1, reader.Scalar(Count));
    }

    public void Dispose() => _file.Dispose();
}
