using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Reading;

public sealed class ReadSessionsTests : IDisposable
{
    /// <summary>Long enough to be checked many times while it runs, and short enough to end if nothing checks.</summary>
    private const string Long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n";

    private readonly TemporaryFile _file = new();
    private readonly ReadSessions _readers;

    public ReadSessionsTests()
    {
        SqliteDatabase.OpenForWriting(_file.Path).Dispose();
        _readers = SqliteDatabase.OpenForReading(_file.Path);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Query_WhoseScopeEnded_IsStoppedAndTheConnectionGoesOn()
    {
        using var ended = new CancellationTokenSource();
        using (var session = await OpenAsync("a", ended: ended))
        {
            Assert.Equal(2_000_000, session.Scalar(Long));
            await ended.CancelAsync();
            var stopped = Assert.Throws<StorageException>(() => session.Scalar(Long));
            Assert.Equal(StorageFault.Stopped, stopped.Fault);
            Assert.Equal(ReadRefusal.TooSlow, ReadRefusedException.ReasonOf(stopped));
        }

        // The same connection, for another caller.
        using var next = await OpenAsync("b");
        Assert.Equal(2_000_000, next.Scalar(Long));
    }

    [Fact]
    public async Task Snapshot_WhileAWriterGoesOn_IsOneCommit_AndTheNextUserSeesTheNewest()
    {
        const string Count = "SELECT count(*) FROM users";
        using var writer = SqliteDatabase.OpenForWriting(_file.Path);
        void Add(string email) => writer.Execute("INSERT INTO users (email, created_at) VALUES (@email, 0)", ("email", email));
        Add("a@example.org");
        using (var session = await _readers.OpenAsync(Cancellation))
        {
            session.BeginSnapshot();
            Assert.Equal(1, session.Scalar(Count));
            Add("b@example.org");
            Assert.Equal(1, session.Scalar(Count));
        }

        // The pool has opened only this one.
        using var next = await _readers.OpenAsync(Cancellation);
        Assert.Equal(2, next.Scalar(Count));
        Add("c@example.org");
        Assert.Equal(3, next.Scalar(Count));
    }

    [Fact]
    public async Task Session_SeesCommitsAndCanChangeNothing()
    {
        using var writer = SqliteDatabase.OpenForWriting(_file.Path);
        using var session = await _readers.OpenAsync(Cancellation);
        writer.Execute("INSERT INTO users (email, created_at) VALUES ('a@example.org', 0)");

        Assert.Equal(1, session.Scalar("SELECT count(*) FROM users"));
        Assert.Throws<StorageException>(() => session.Scalar("DELETE FROM users"));
        Assert.Equal(1, writer.Scalar("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task Session_ThatIsDisposed_CannotBeUsed()
    {
        var session = await _readers.OpenAsync(Cancellation);
        session.Dispose();
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(() => session.Scalar("SELECT 1"));
    }

    [Fact]
    public async Task CloseIdle_ClosesWhatNobodyHas_AndTheNextReadOpensOne()
    {
        var opened = new List<FakeConnection>();
        using var readers = new ReadSessions(_ => FakeConnection.AddTo(opened));
        using var held = await readers.OpenAsync(Cancellation);
        (await readers.OpenAsync(Cancellation)).Dispose();

        readers.CloseIdle();

        Assert.Equal([false, true], opened.Select(connection => connection.IsClosed));
        using var next = await readers.OpenAsync(Cancellation);
        Assert.Equal(3, opened.Count);
    }

    [Fact]
    public async Task Dispose_ConnectionThatCannotEndItsSnapshot_IsClosed()
    {
        var opened = new List<FakeConnection>();
        using var readers = new ReadSessions(_ => FakeConnection.AddTo(opened));
        var session = await readers.OpenAsync(Cancellation);
        opened[0].IsBroken = true;

        session.Dispose();

        Assert.True(opened[0].IsClosed);
        using var next = await readers.OpenAsync(Cancellation);
        Assert.False(opened[1].IsClosed);
    }

    [Fact]
    public async Task Caller_HasItsShareOnly()
    {
        var first = await OpenAsync("a");
        using var second = await OpenAsync("a");
        var third = OpenAsync("a");
        using var other = await OpenAsync("b");

        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task AllWithoutPrivilege_LeaveOneReader()
    {
        var sessions = new List<ReadSession> { await OpenAsync("a"), await OpenAsync("a"), await OpenAsync("b") };
        var fourth = OpenAsync("c");
        Assert.False(fourth.IsCompleted);

        (await OpenAsync("admin", isPrivileged: true)).Dispose();

        sessions.ForEach(session => session.Dispose());
        (await fourth).Dispose();
    }

    [Fact]
    public async Task RequestsHoldAllTheirReaders_LookUpsAndBackgroundWorkGoOn()
    {
        var sessions = new List<ReadSession>();
        for (var i = 0; i < ReadSessions.MaxRequests; i++)
        {
            sessions.Add(await OpenAsync($"admin {i}", isPrivileged: true));
        }

        using var urgent = await _readers.OpenUrgentAsync(Cancellation);
        using var background = await _readers.OpenAsync(Cancellation);

        Assert.Equal(1, urgent.Scalar("SELECT count(*) FROM store"));
        Assert.Equal(1, background.Scalar("SELECT count(*) FROM store"));
        sessions.ForEach(session => session.Dispose());
    }

    [Fact]
    public async Task Caller_WithTooManyWaiting_IsRefusedAtOnce()
    {
        var sessions = new List<ReadSession> { await OpenAsync("a"), await OpenAsync("a") };
        var waiting = Enumerable.Range(0, ReadSessions.MaxWaitingOfCaller).Select(_ => OpenAsync("a")).ToList();

        var refused = await Assert.ThrowsAsync<ReadRefusedException>(() => OpenAsync("a"));

        Assert.Equal(ReadRefusal.CallerBusy, refused.Reason);
        sessions.ForEach(session => session.Dispose());
        foreach (var session in waiting)
        {
            (await session).Dispose();
        }
    }

    [Theory]
    [InlineData("a", ReadRefusal.CallerBusy)]
    [InlineData("b", ReadRefusal.Busy)]
    public async Task Wait_EndsWithTheScope(string caller, ReadRefusal reason)
    {
        var sessions = new List<ReadSession> { await OpenAsync("a"), await OpenAsync("a"), await OpenAsync("admin", isPrivileged: true), await OpenAsync("admin", isPrivileged: true) };
        using var ended = new CancellationTokenSource();
        var waiting = OpenAsync(caller, ended: ended);

        await ended.CancelAsync();

        Assert.Equal(reason, (await Assert.ThrowsAsync<ReadRefusedException>(() => waiting)).Reason);
        sessions.ForEach(session => session.Dispose());

        // The share is available again in full.
        using var first = await OpenAsync(caller);
        using var second = await OpenAsync(caller);
    }

    [Fact]
    public async Task Scope_ThatIsClosed_NoLongerCounts()
    {
        using var ended = new CancellationTokenSource();
        ReadScope.Open("a", isPrivileged: false, ended.Token).Dispose();
        await ended.CancelAsync();

        Assert.Null(ReadScope.Current);
        using var session = await _readers.OpenAsync(Cancellation);
        Assert.Equal(2_000_000, session.Scalar(Long));
    }

    public void Dispose()
    {
        _readers.Dispose();
        _file.Dispose();
    }

    private async Task<ReadSession> OpenAsync(string caller, bool isPrivileged = false, CancellationTokenSource? ended = null)
    {
        using var scope = ReadScope.Open(caller, isPrivileged, ended?.Token ?? CancellationToken.None);
        return await _readers.OpenAsync(Cancellation);
    }

    /// <summary>Knows only whether it is open.</summary>
    private sealed class FakeConnection : ReadConnection
    {
        public bool IsBroken { get; set; }

        public bool IsClosed { get; private set; }

        public static FakeConnection AddTo(List<FakeConnection> opened)
        {
            var connection = new FakeConnection();
            opened.Add(connection);
            return connection;
        }

        public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters) => throw new NotSupportedException();

        public override void BeginSnapshot() => throw new NotSupportedException();

        public override bool EndSnapshot() => !IsBroken;

        protected override void Dispose(bool disposing) => IsClosed = true;
    }
}
