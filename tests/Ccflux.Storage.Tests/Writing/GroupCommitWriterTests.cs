using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Storage.Tests.Writing;

public sealed class GroupCommitWriterTests : IDisposable
{
    private const string Insert = "INSERT INTO t (x) VALUES (@x)";
    private const string Count = "SELECT count(*) FROM t";

    private readonly TemporaryFile _file = new();
    private readonly List<Exception> _failures = [];
    private readonly Witness _witness = new();

    [Fact]
    public async Task Write_ManyAtOnce_ShareTransactions()
    {
        await using var writer = Open();
        using var gate = new ManualResetEventSlim();
        var blocker = writer.WriteAsync(_ => Blocked(gate));

        var writes = Enumerable.Range(0, 400).Select(i => writer.WriteAsync(session => session.Execute(Insert, ("x", i)))).ToList();
        gate.Set();
        await blocker;
        var results = await Task.WhenAll(writes);

        Assert.All(results, result => Assert.Equal(WriteStatus.Committed, result.Status));
        Assert.Equal(400, (await writer.WriteAsync(session => session.Scalar(Count))).Value);
        Assert.InRange(_witness.Commits, 2, 100);
    }

    [Fact]
    public async Task Write_OneBadEntry_DoesNotFailItsNeighbours()
    {
        await using var writer = Open();
        using var gate = new ManualResetEventSlim();
        var blocker = writer.WriteAsync(_ => Blocked(gate));

        var before = writer.WriteAsync(session => session.Execute(Insert, ("x", 1)));
        var bad = writer.WriteAsync(session => session.Execute("INSERT INTO nowhere VALUES (1)"));
        var wrong = writer.WriteAsync<int>(_ => throw new InvalidOperationException("wrong"));
        var after = writer.WriteAsync(session => session.Execute(Insert, ("x", 2)));
        gate.Set();
        await blocker;

        Assert.Equal(WriteStatus.Committed, (await before).Status);
        Assert.Equal(WriteStatus.Committed, (await after).Status);
        await Assert.ThrowsAsync<StorageException>(() => bad);
        await Assert.ThrowsAsync<InvalidOperationException>(() => wrong);
        Assert.Equal(2, (await writer.WriteAsync(session => session.Scalar(Count))).Value);
        Assert.NotEmpty(_failures);
    }

    [Fact]
    public async Task Write_QueueFull_IsRefusedAtOnce()
    {
        await using var writer = Open(capacity: 4);
        using var gate = new ManualResetEventSlim();
        using var running = new ManualResetEventSlim();
        var blocker = writer.WriteAsync(_ =>
        {
            running.Set();
            return Blocked(gate);
        });
        running.Wait(TestContext.Current.CancellationToken);

        var waiting = Enumerable.Range(0, 4).Select(i => writer.WriteAsync(session => session.Execute(Insert, ("x", i)))).ToList();
        var refused = await writer.WriteAsync(session => session.Execute(Insert, ("x", 99)));
        gate.Set();
        await blocker;

        Assert.Equal(WriteStatus.QueueFull, refused.Status);
        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(WriteStatus.Committed, result.Status));
        Assert.Equal(0, (await writer.WriteAsync(session => session.Scalar("SELECT count(*) FROM t WHERE x = 99"))).Value);
    }

    [Fact]
    public async Task Write_NoRoom_FailsTypedAndGoesOnOnceThereIs()
    {
        await using var writer = Open();
        await writer.WriteAsync(session => session.Execute(Insert, ("x", 1)));
        await writer.WriteAsync(session => session.Scalar("PRAGMA max_page_count = 10"));

        var refused = await writer.WriteAsync(session => session.Execute("INSERT INTO t (x) VALUES (zeroblob(1000000))"));
        await writer.WriteAsync(session => session.Scalar("PRAGMA max_page_count = 100000"));
        var taken = await writer.WriteAsync(session => session.Execute(Insert, ("x", 2)));

        Assert.Equal(WriteStatus.StorageFailed, refused.Status);
        Assert.Equal(WriteStatus.Committed, taken.Status);
        Assert.Equal(2, (await writer.WriteAsync(session => session.Scalar(Count))).Value);
    }

    [Fact]
    public async Task Write_AfterAnotherProcessWrote_ForgetsWhatWasKept()
    {
        await using var writer = Open();
        await writer.WriteAsync(session => session.Execute(Insert, ("x", 1)));
        var before = _witness.Forgotten;
        await writer.WriteAsync(session => session.Execute(Insert, ("x", 2)));
        Assert.Equal(before, _witness.Forgotten);

        using (var other = SqliteConnection.Open(_file.Path))
        {
            other.Execute(Insert, ("x", 3));
        }

        await writer.WriteAsync(session => session.Execute(Insert, ("x", 4)));
        Assert.Equal(before + 1, _witness.Forgotten);
    }

    [Fact]
    public async Task Write_ParticipantThrowsOnceCommitted_IsNotWrittenAgain()
    {
        await using var writer = Open();
        _witness.ThrowsOnce = true;

        var result = await writer.WriteAsync(session => session.Execute(Insert, ("x", 1)));

        Assert.Equal(WriteStatus.Committed, result.Status);
        Assert.Equal(1, (await writer.WriteAsync(session => session.Scalar(Count))).Value);
        Assert.Equal("told", Assert.Single(_failures).Message);
    }

    [Fact]
    public async Task Write_DatabaseLocked_FailsAllThatWaitTogether()
    {
        var time = new ManualTime();
        await using var writer = Open(time: time);
        using var gate = new ManualResetEventSlim();
        using var other = SqliteConnection.Open(_file.Path);
        var blocker = writer.WriteAsync(new Outside(() => Blocked(gate)));
        var waiting = Enumerable.Range(0, 8).Select(i => writer.WriteAsync(session => session.Execute(Insert, ("x", i)))).ToList();
        other.ExecuteScript("BEGIN IMMEDIATE");
        Assert.True(writer.IsWritable);

        gate.Set();
        await blocker;

        // One wait for the lock in total, not one for each.
        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal(WriteStatus.StorageFailed, result.Status));
        Assert.Single(_failures);
        Assert.False(writer.IsWritable);

        // It finds out by itself that the lock is gone.
        other.ExecuteScript("ROLLBACK");
        time.Advance(GroupCommitWriter.ProbeInterval);
        await writer.WriteAsync(new Outside(() => 0));
        Assert.True(writer.IsWritable);
        Assert.Equal(0, (await writer.WriteAsync(session => session.Scalar(Count))).Value);
    }

    [Fact]
    public async Task Write_StillLocked_IsTriedAgainLater()
    {
        var time = new ManualTime();
        await using var writer = Open(time: time);
        using var other = SqliteConnection.Open(_file.Path);
        other.ExecuteScript("BEGIN IMMEDIATE");
        await writer.WriteAsync(session => session.Execute(Insert, ("x", 1)));

        time.Advance(GroupCommitWriter.ProbeInterval);
        await writer.WriteAsync(new Outside(() => 0));
        Assert.False(writer.IsWritable);

        other.ExecuteScript("ROLLBACK");
        time.Advance(GroupCommitWriter.ProbeInterval);
        await writer.WriteAsync(new Outside(() => 0));
        Assert.True(writer.IsWritable);
    }

    [Fact]
    public async Task Post_ThatFails_LeavesNoFaultUnobserved()
    {
        var unobserved = new List<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs failure) => unobserved.Add(failure.Exception.InnerException!.Message);
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await using (var writer = Open())
            {
                writer.Post<int>(_ => throw new InvalidOperationException("posted"));
                await writer.WriteAsync(_ => 0);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.DoesNotContain("posted", unobserved);
        Assert.Equal("posted", Assert.Single(_failures).Message);
    }

    [Fact]
    public async Task Dispose_EntriesWaiting_WritesThemFirst()
    {
        var writer = Open();
        var writes = Enumerable.Range(0, 50).Select(i => writer.WriteAsync(session => session.Execute(Insert, ("x", i)))).ToList();

        await writer.DisposeAsync();

        Assert.All(await Task.WhenAll(writes), result => Assert.Equal(WriteStatus.Committed, result.Status));
        Assert.Equal(WriteStatus.QueueFull, (await writer.WriteAsync(_ => 1)).Status);
    }

    [Fact]
    public async Task Checkpoint_OverwrittenText_IsInNoFile()
    {
        await using var writer = Open();
        await writer.WriteAsync(session => session.Execute(Insert, ("x", "a-secret-in-plain-text")));
        await writer.WriteAsync(session => session.Execute("UPDATE t SET x = 'hashed'"));

        Assert.Equal(new WriteResult<bool>(WriteStatus.Committed, true), await writer.CheckpointAsync());

        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(_file.Path)!))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy, TestContext.Current.CancellationToken);
            Assert.True(copy.ToArray().AsSpan().IndexOf("a-secret-in-plain-text"u8) < 0, path);
        }
    }

    public void Dispose() => _file.Dispose();

    private GroupCommitWriter Open(int capacity = GroupCommitWriter.DefaultCapacity, TimeProvider? time = null)
    {
        var connection = SqliteDatabase.OpenForWriting(_file.Path);
        connection.ExecuteScript("CREATE TABLE t (x); PRAGMA busy_timeout = 10");
        return new GroupCommitWriter(connection, [_witness], _failures.Add, capacity, time);
    }

    private static int Blocked(ManualResetEventSlim gate)
    {
        gate.Wait();
        return 0;
    }

    /// <summary>Neither starts nor ends a transaction.</summary>
    private sealed class Outside(Func<int> run) : WriteEntry<int>
    {
        public override bool OutsideTransaction => true;

        protected override int Write(WriteSession session) => run();
    }

    private sealed class Witness : ITransactionParticipant
    {
        public int Commits { get; private set; }

        public int Forgotten { get; private set; }

        public void BeforeCommit(WriteSession session)
        {
        }

        public bool ThrowsOnce { get; set; }

        public void Committed()
        {
            Commits++;
            if (ThrowsOnce)
            {
                ThrowsOnce = false;
                throw new InvalidOperationException("told");
            }
        }

        public void Forget() => Forgotten++;
    }
}
