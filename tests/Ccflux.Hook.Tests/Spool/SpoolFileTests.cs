using Ccflux.Hook.Spool;
using Xunit;

namespace Ccflux.Hook.Tests.Spool;

public sealed class SpoolFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-spool-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "spool.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TryEmpty_LineAddedSinceTheReading_KeepsEverything()
    {
        var spool = new SpoolFile(Path);
        spool.Append(new HookEvent("s1", "/t/s1.jsonl", "Stop"));
        var read = spool.Read();
        spool.Append(new HookEvent("s2", "/t/s2.jsonl", "Stop"));

        Assert.False(spool.TryEmpty(read));
        Assert.Equal(["s1", "s2"], spool.Read().Events.Select(hookEvent => hookEvent.SessionId!), StringComparer.Ordinal);
        Assert.True(spool.TryEmpty(spool.Read()));
        Assert.Empty(spool.Read().Events);
    }

    [Fact]
    public void Read_LineCutShort_SpoilsNoOther()
    {
        var spool = new SpoolFile(Path);
        File.WriteAllText(Path, "\ns0\tStop\t/t/s0.js");
        spool.Append(new HookEvent("s1", "/t/s1.jsonl", "Stop"));
        File.AppendAllText(Path, "\n\0\0garbage\t\t\t\t\n");

        Assert.Contains(new HookEvent("s1", "/t/s1.jsonl", "Stop"), spool.Read().Events);
    }

    [Fact]
    public async Task Append_ManyAtOnceWhileItIsEmptied_LosesNone()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.True(new SpoolFile(Path).Append(new HookEvent($"s{w}-{i}", null, "Stop")));
            }
        })).ToArray();
        var spool = new SpoolFile(Path);
        while (!writers.All(writer => writer.IsCompleted) || spool.Read().Events.Count > 0)
        {
            var read = spool.Read();
            if (spool.TryEmpty(read))
            {
                seen.UnionWith(read.Events.Select(hookEvent => hookEvent.SessionId!));
            }
        }

        await Task.WhenAll(writers);
        Assert.Equal(2000, seen.Count);
    }

    [Theory]
    [InlineData("s1", true)]
    [InlineData("9f1a8809-75b5-4077-96c2-43e35727b43f", true)]
    [InlineData("../x", false)]
    [InlineData("a.b", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void SessionId_AnyText_NamesAFileOrIsRefused(string? id, bool expected) => Assert.Equal(expected, HookEvent.IsFileName(id));
}
