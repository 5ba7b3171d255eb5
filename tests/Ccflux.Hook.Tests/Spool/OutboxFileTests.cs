using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Xunit;

namespace Ccflux.Hook.Tests.Spool;

public sealed class OutboxFileTests : IDisposable
{
    private readonly StateDirectory _state = new(Directory.CreateTempSubdirectory("ccflux-outbox-").FullName);

    public OutboxFileTests() => _state.Create();

    public void Dispose() => Directory.Delete(_state.ConfigDir, recursive: true);

    [Fact]
    public void Entries_ComeInTheirOrder_AndGoWhenTheyAreAcknowledged()
    {
        var outbox = new OutboxFile(_state);
        Assert.True(outbox.TryAppend([Line("a"), Line("b")]));
        Assert.True(outbox.TryAppend([Line("c")]));

        var (first, bytes) = outbox.First((2 * Line("a").Length) + 10, out _);
        outbox.Advance(bytes);
        var (second, rest) = new OutboxFile(_state).First(100_000, out var damaged);

        Assert.Equal(["a", "b"], first.Select(entry => entry.Session.SessionId));
        Assert.Equal(["c"], second.Select(entry => entry.Session.SessionId));
        Assert.Equal((0, outbox.Waiting), (damaged, rest));
        outbox.Advance(rest);
        Assert.Equal(0, outbox.Waiting);
        Assert.False(File.Exists(_state.Outbox) || File.Exists(_state.OutboxSent));
    }

    [Fact]
    public void EntryLargerThanWhatIsAskedFor_ComesWhole()
    {
        var outbox = new OutboxFile(_state);
        outbox.TryAppend([Line(new string('x', 60)), Line("b")]);

        var (entries, bytes) = outbox.First(10, out _);

        Assert.Equal(new string('x', 60), entries[0].Session.SessionId);
        Assert.InRange(bytes, 60, outbox.Waiting);
    }

    [Fact]
    public void LineThatACrashCut_SpoilsNoOther()
    {
        var outbox = new OutboxFile(_state);
        outbox.TryAppend([Line("a")]);
        File.AppendAllText(_state.Outbox, Encoding.UTF8.GetString(Line("torn"))[..20]);
        outbox.TryAppend([Line("b")]);

        var (entries, bytes) = outbox.First(100_000, out var damaged);

        Assert.Equal(["a", "b"], entries.Select(entry => entry.Session.SessionId));
        Assert.Equal((1, outbox.Waiting), (damaged, bytes));
    }

    [Fact]
    public void CutLineAtTheEnd_IsPassedOver()
    {
        var outbox = new OutboxFile(_state);
        File.WriteAllText(_state.Outbox, Encoding.UTF8.GetString(Line("torn"))[..20]);

        var (entries, bytes) = outbox.First(100_000, out var damaged);
        outbox.Advance(bytes);

        Assert.Empty(entries);
        Assert.Equal((1, 0L), (damaged, outbox.Waiting));
    }

    [Fact]
    public void Bound_IsKept()
    {
        var outbox = new OutboxFile(_state);
        var large = new byte[4 * 1024 * 1024];
        var appended = Enumerable.Range(0, 8).Count(_ => outbox.TryAppend([large]));

        Assert.Equal(3, appended);
        Assert.InRange(new FileInfo(_state.Outbox).Length, 1, OutboxFile.MaxBytes);
        outbox.Advance(large.Length + 1);
        Assert.True(outbox.TryAppend([Line("fits")]));
    }

    [Fact]
    public void PositionOfAnOutboxThatIsGone_CountsForNothing()
    {
        File.WriteAllText(_state.OutboxSent, "5");
        var outbox = new OutboxFile(_state);
        outbox.TryAppend([Line("a")]);

        Assert.Equal("a", Assert.Single(outbox.First(100_000, out _).Entries).Session.SessionId);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"session":{"session_id":"s","requests":[["0000000000000001",1,0,0,0,0,0,0,0,0,0,0]]},"models":["m"]}""")]
    [InlineData("""{"session":{"session_id":"s","requests":[["0000000000000001",1,-1,1,0,0,0,0,0,0,0,0]]},"models":["m"]}""")]
    public void LineThatSaysNothing_IsDamaged(string line) => Assert.Null(OutboxEntry.Parse(Encoding.UTF8.GetBytes(line)));

    private static byte[] Line(string session) =>
        new OutboxEntry(new ReportedSession { SessionId = session, Requests = [new ReportedRequest(1, 2, -1, 0, RequestFlags.None, RequestOrigin.Main, 1, 1, 0, 0, 0, 0)] }, ["m"], null).ToLine();
}
