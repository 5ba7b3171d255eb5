using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

/// <summary>A home on its own file system (a mount namespace; needs root), full or read-only.</summary>
public sealed class FullDiskTests
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";

    [Theory]
    [InlineData("head -c 100000 /dev/zero > $home/fill 2>/dev/null")]
    [InlineData("mount -o remount,ro $home")]
    public async Task HookAndDeliver_NothingCanBeWritten_AreSilentAndEnd(string spoil)
    {
        using var machine = new Machine();
        var script = $"""
            home={machine.Home}/small; mkdir -p $home && mount -t tmpfs -o size=64k ccflux-test $home || exit 99
            mkdir -p $home/.claude/projects/-p $home/.claude/ccflux
            printf '{"{"}"endpoint":"http://127.0.0.1:9","token":"rtok"{"}"}' > $home/.claude/ccflux/config.json
            {spoil}
            cd /; export HOME=$home CCFLUX_PATIENCE_SECS=0
            printf '{"{"}"session_id":"{Session}","transcript_path":"%s","hook_event_name":"Stop"{"}"}' $home/.claude/projects/-p/{Session}.jsonl | {HookProgram.Path} hook
            echo hook=$?
            {HookProgram.Path} deliver --config-dir $home/.claude
            echo deliver ended
            """;

        var result = await HookProgram.RunAsync(["-m", "bash", "-c", script], new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" }, program: Unshare());

        Assert.SkipWhen(result.ExitCode == 99 || result.Error.Contains("unshare", StringComparison.Ordinal), "Mounting needs root.");
        Assert.Equal("hook=0\ndeliver ended\n", result.Output);
        Assert.Equal("", result.Error);
    }

    private static string Unshare()
    {
        var path = "/usr/bin/unshare";
        Assert.SkipUnless(File.Exists(path), "unshare is not installed.");
        return path;
    }
}
