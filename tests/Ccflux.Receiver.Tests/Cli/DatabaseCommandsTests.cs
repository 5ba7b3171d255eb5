using Ccflux.Receiver.Platform.Database;
using Ccflux.Testing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Cli;

public sealed class DatabaseCommandsTests : IDisposable
{
    private readonly ReceiverProcess _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Restore_Backup_BringsTheStateBackUnderANewIdentity()
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        var before = Scalar("SELECT store_id FROM store");
        var backup = await _receiver.RunAsync("backup", "copy.db");
        await _receiver.RunAsync("users", "add", "second@example.org");

        var restored = await _receiver.RunAsync("restore", "copy.db");

        Assert.Equal((0, 0), (backup.ExitCode, restored.ExitCode));
        Assert.Equal("1", Scalar("SELECT count(*) FROM users"));
        Assert.NotEqual(before, Scalar("SELECT store_id FROM store"));
        Assert.Equal("restore", Scalar("SELECT action FROM audit_log ORDER BY audit_id DESC LIMIT 1"));
        Assert.Single(Directory.GetFiles(_receiver.Folder, "ccflux.db.before-*"), file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Backup_OntoAnExistingFile_IsRefused()
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        await File.WriteAllTextAsync(_receiver.PathOf("copy.db"), "precious", TestContext.Current.CancellationToken);

        var outcome = await _receiver.RunAsync("backup", "copy.db");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("precious", await File.ReadAllTextAsync(_receiver.PathOf("copy.db"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("this is no database")]
    [InlineData("")]
    public async Task Restore_NoBackup_LeavesEverythingAsItWas(string content)
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        await File.WriteAllTextAsync(_receiver.PathOf("copy.db"), content, TestContext.Current.CancellationToken);

        var outcome = await _receiver.RunAsync("restore", "copy.db");

        Assert.Equal(1, outcome.ExitCode);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("1", Scalar("SELECT count(*) FROM users"));
        Assert.Empty(Directory.GetFiles(_receiver.Folder, "*restoring*"));
    }

    [Theory]
    [InlineData("restore", "copy.db")]
    [InlineData("import", "old.db")]
    [InlineData("demo", null)]
    public async Task Command_WhileAReceiverRuns_IsRefused(string command, string? argument)
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        await _receiver.RunAsync("backup", "copy.db");
        using var held = DatabaseLock.Take(_receiver.PathOf("ccflux.db"));

        var outcome = await _receiver.RunAsync(argument is null ? [command] : [command, argument]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("in use by a running ccflux-receiver", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Files_AreReadableByTheirOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no mode there.");
        await _receiver.RunAsync("users", "add", "first@example.org");
        await _receiver.RunAsync("backup", "copy.db");

        foreach (var name in new[] { "ccflux.db", "copy.db" })
        {
            Assert.Equal((name, UnixFileMode.UserRead | UnixFileMode.UserWrite), (name, File.GetUnixFileMode(_receiver.PathOf(name))));
        }
    }

    private string Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.PathOf("ccflux.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture)!;
    }
}
