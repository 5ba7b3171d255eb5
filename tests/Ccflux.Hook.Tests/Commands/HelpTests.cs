using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("hook")]
    [InlineData("statusline")]
    [InlineData("deliver")]
    [InlineData("status")]
    [InlineData("usage")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("backfill")]
    [InlineData("install")]
    [InlineData("uninstall")]
    [InlineData("version")]
    [InlineData("agent")]
    [InlineData("agent enrol")]
    [InlineData("agent hook")]
    public async Task Help_OfAnyCommand_IsPrintedAndNothingElseIsDone(string command)
    {
        using var machine = new Machine();

        foreach (var option in new[] { "--help", "-h" })
        {
            var result = await machine.RunAsync([.. command.Split(' '), option]);

            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.StartsWith($"ccflux {command}", result.Output, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(machine.State.Root));
    }

    [Fact]
    public async Task Help_BehindTheInnerStatusLine_IsTheInnerOnes()
    {
        using var machine = new Machine();

        var result = await HookProgram.RunAsync(["statusline", "--", "/bin/sh", "-c", "echo $0", "--help"], machine.Environment, "{}");

        Assert.StartsWith("--help", result.Output, StringComparison.Ordinal);
    }
}
