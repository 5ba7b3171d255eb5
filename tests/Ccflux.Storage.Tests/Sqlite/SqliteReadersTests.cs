using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

public sealed class SqliteReadersTests : IDisposable
{
    /// <summary>Long enough to be checked many times while it runs, and short enough to end if nothing checks.</summary>
    private const string Long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n";

    private readonly TemporaryFile _file = new();
    private readonly SqliteReaders _readers;

    public SqliteReadersTests()
    {
        SqliteDatabase.OpenForWriting(_file.Path).Dispose();
        _readers = new SqliteReaders(_file.Path);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statement_WhoseScopeEnded_IsStoppedAndTheReaderGoesOn()
    {
        using var ended = new CancellationTokenSource();
        using (var lease = await RentAsync("a", ended: ended))
        {
            Assert.Equal(2_000_000L, Scalar(lease, Long));
            await ended.CancelAsync();
            var stopped = Assert.Throws<SqliteException>(() => Scalar(lease, Long));
            Assert.Equal(ReadRefusal.TooSlow, ReadRefusedException.ReasonOf(stopped));
        }

        // The same connection, for another caller.
        using var next = await RentAsync("b");
        Assert.Equal(2_000_000L, Scalar(next, Long));
    }

    [Fact]
    public async Task CloseIdle_ClosesWhatNobodyHas_AndTheNextReadOpensOne()
    {
        using var held = await RentAsync("a");
        var idle = await RentAsync("b");
        var connection = idle.Connection;
        idle.Dispose();

        _readers.CloseIdle();

        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        Assert.Equal(1L, Scalar(held, "SELECT 1"));
        using var next = await RentAsync("b");
        Assert.Equal(1L, Scalar(next, "SELECT 1"));
    }

    [Fact]
    public async Task Caller_HasItsShareOnly()
    {
        var first = await RentAsync("a");
        using var second = await RentAsync("a");
        var third = RentAsync("a");
        using var other = await RentAsync("b");

        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task AllWithoutPrivilege_LeaveOneReader()
    {
        var leases = new List<ReaderLease> { await RentAsync("a"), await RentAsync("a"), await RentAsync("b") };
        var fourth = RentAsync("c");
        Assert.False(fourth.IsCompleted);

        (await RentAsync("admin", isPrivileged: true)).Dispose();

        leases.ForEach(lease => lease.Dispose());
        (await fourth).Dispose();
    }

    [Fact]
    public async Task RequestsHoldAllTheirReaders_LookUpsAndBackgroundWorkGoOn()
    {
        var leases = new List<ReaderLease>();
        for (var i = 0; i < SqliteReaders.MaxRequests; i++)
        {
            leases.Add(await RentAsync($"admin {i}", isPrivileged: true));
        }

        using var urgent = await _readers.RentUrgentAsync(Cancellation);
        using var background = await _readers.RentAsync(Cancellation);

        Assert.Equal(1L, Scalar(urgent, "SELECT count(*) FROM store"));
        Assert.Equal(1L, Scalar(background, "SELECT count(*) FROM store"));
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public async Task Caller_WithTooManyWaiting_IsRefusedAtOnce()
    {
        var leases = new List<ReaderLease> { await RentAsync("a"), await RentAsync("a") };
        var waiting = Enumerable.Range(0, SqliteReaders.MaxWaitingOfCaller).Select(_ => RentAsync("a")).ToList();

        var refused = await Assert.ThrowsAsync<ReadRefusedException>(() => RentAsync("a"));

        Assert.Equal(ReadRefusal.CallerBusy, refused.Reason);
        leases.ForEach(lease => lease.Dispose());
        foreach (var lease in waiting)
        {
            (await lease).Dispose();
        }
    }

    [Theory]
    [InlineData("a", ReadRefusal.CallerBusy)]
    [InlineData("b", ReadRefusal.Busy)]
    public async Task Wait_EndsWithTheScope(string caller, ReadRefusal reason)
    {
        var leases = new List<ReaderLease> { await RentAsync("a"), await RentAsync("a"), await RentAsync("admin", isPrivileged: true), await RentAsync("admin", isPrivileged: true) };
        using var ended = new CancellationTokenSource();
        var waiting = RentAsync(caller, ended: ended);

        await ended.CancelAsync();

        Assert.Equal(reason, (await Assert.ThrowsAsync<ReadRefusedException>(() => waiting)).Reason);
        leases.ForEach(lease => lease.Dispose());

        // The share is available again in full.
        using var first = await RentAsync(caller);
        using var second = await RentAsync(caller);
    }

    [Fact]
    public async Task Scope_ThatIsClosed_NoLongerCounts()
    {
        using var ended = new CancellationTokenSource();
        ReadScope.Open("a", isPrivileged: false, ended.Token).Dispose();
        await ended.CancelAsync();

        Assert.Null(ReadScope.Current);
        using var lease = await _readers.RentAsync(Cancellation);
        Assert.Equal(2_000_000L, Scalar(lease, Long));
    }

    public void Dispose()
    {
        _readers.Dispose();
        _file.Dispose();
    }

    private async Task<ReaderLease> RentAsync(string caller, bool isPrivileged = false, CancellationTokenSource? ended = null)
    {
        using var scope = ReadScope.Open(caller, isPrivileged, ended?.Token ?? CancellationToken.None);
        return await _readers.RentAsync(Cancellation);
    }

    private static object? Scalar(ReaderLease lease, string sql)
    {
        using var command = lease.Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
