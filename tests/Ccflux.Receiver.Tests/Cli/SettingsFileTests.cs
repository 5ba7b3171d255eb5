using System.Diagnostics;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Cli;

/// <summary><c>appsettings.json</c> in the working folder: read, or refused with a reason.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private readonly ReceiverProcess _receiver = new();

    private string FilePath => _receiver.PathOf("appsettings.json");

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task File_IsReadAndTheEnvironmentWins()
    {
        await WriteAsync("{\"RATE_LIMIT_PER_MINUTE\":\"often\",\"ACCESS_TOKEN_EXPIRY_SECS\":\"soon\", // a comment\n}");
        _receiver.With("ACCESS_TOKEN_EXPIRY_SECS", "600");

        var outcome = await _receiver.RunAsync("users", "list");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("RATE_LIMIT_PER_MINUTE: expected a whole number", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ACCESS_TOKEN_EXPIRY_SECS", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"METRICS_TOKEN\": ")]
    [InlineData("METRICS_TOKEN=secret")]
    [InlineData("[1]")]
    [InlineData("")]
    public async Task File_ThatIsNoJson_KeepsEverythingFromStarting(string content)
    {
        await WriteAsync(content);

        var outcome = await _receiver.RunAsync("users", "list");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("appsettings.json: it is not a JSON object of settings", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_ThatIsAFolder_KeepsEverythingFromStarting()
    {
        Directory.CreateDirectory(FilePath);

        var outcome = await _receiver.RunAsync("users", "list");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("appsettings.json: it ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_OfAnotherOwnerOrForEverybodyToWrite_IsNotRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can give a file away.");
        await WriteAsync("{\"RATE_LIMIT_PER_MINUTE\":\"often\"}");
        await SystemAsync("chown", "12345", FilePath);
        var foreign = await _receiver.RunAsync("users", "list");
        await SystemAsync("chown", "0", FilePath);
        await SystemAsync("chmod", "666", FilePath);
        var open = await _receiver.RunAsync("users", "list");

        Assert.Equal((2, 2), (foreign.ExitCode, open.ExitCode));
        Assert.Contains("it belongs to another user (uid 12345)", foreign.Error, StringComparison.Ordinal);
        Assert.Contains("it is writable by everyone", open.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("RATE_LIMIT_PER_MINUTE", foreign.Error + open.Error, StringComparison.Ordinal);
    }

    private static async Task SystemAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private Task WriteAsync(string content) => File.WriteAllTextAsync(FilePath, content, TestContext.Current.CancellationToken);
}
