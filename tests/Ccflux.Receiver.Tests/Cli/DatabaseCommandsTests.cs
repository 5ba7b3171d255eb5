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
    public async Task Restore_KeepsWhatWasRevokedSinceAndSaysSo()
    {
        await _receiver.RunAsync("users", "add", "left@example.org");
        await _receiver.RunAsync("users", "add", "removed@example.org");
        Run("INSERT INTO devices (user_id, public_key, name, registered_at) SELECT user_id, 'key-' || email, 'laptop', 1 FROM users");
        Run("INSERT INTO access_tokens VALUES (x'00', 1, (SELECT min(token) FROM refresh_tokens), 1, 9999999999999)");
        Run("INSERT INTO fleet_agents (agent_id, machine, config_dir_id, platform, version, signing_key, sealing_key, enrolled_at) VALUES ('a1', 'box1', 'd1', '', '', 'k1', 's1', 1), ('a2', 'box2', 'd2', '', '', 'k2', 's2', 1)");
        Run("INSERT INTO fleet_codes (code_hash, machine, created_at, expires_at) VALUES (x'01', 'box3', 1, 9999999999999)");
        await _receiver.RunAsync("backup", "copy.db");
        await _receiver.RunAsync("users", "revoke", "left@example.org");
        await _receiver.RunAsync("users", "add", "new@example.org");
        Run("UPDATE telemetry_tokens SET revoked_at = 1 WHERE user_id = (SELECT user_id FROM users WHERE email = 'left@example.org')");
        Run("UPDATE devices SET revoked_at = 1 WHERE public_key = 'key-left@example.org'");
        Run("UPDATE fleet_agents SET revoked_at = 1 WHERE agent_id = 'a1'");
        Run("UPDATE fleet_agents SET signing_key = 'another' WHERE agent_id = 'a2'");
        Run("DELETE FROM refresh_tokens WHERE email = 'removed@example.org'");

        var restored = await _receiver.RunAsync("restore", "copy.db");

        Assert.Equal((0, ""), (restored.ExitCode, restored.Error));
        Assert.Equal("left@example.org 1,removed@example.org 0", Scalar("SELECT group_concat(email || ' ' || revoked) FROM (SELECT * FROM refresh_tokens ORDER BY email)"));
        Assert.Equal("1", Scalar("SELECT count(*) FROM telemetry_tokens WHERE revoked_at IS NOT NULL"));
        Assert.Equal("key-left@example.org", Scalar("SELECT group_concat(public_key) FROM devices WHERE revoked_at IS NOT NULL"));
        Assert.Equal("0 0 2", Scalar("SELECT (SELECT count(*) FROM access_tokens) || ' ' || (SELECT count(*) FROM fleet_codes) || ' ' || (SELECT count(*) FROM fleet_agents WHERE revoked_at IS NOT NULL)"));
        Assert.Equal("1", Scalar("SELECT count(*) FROM audit_log WHERE action = 'user.revoke' AND target = 'left@example.org'"));
        Assert.Contains("Still revoked, refresh tokens: left@example.org.", restored.Output, StringComparison.Ordinal);
        Assert.Contains("Still revoked, telemetry tokens: left@example.org.", restored.Output, StringComparison.Ordinal);
        Assert.Contains("Still revoked, devices: left@example.org laptop.", restored.Output, StringComparison.Ordinal);
        Assert.Contains("Still revoked, agents: box1 a1, box2 a2.", restored.Output, StringComparison.Ordinal);
        Assert.Contains("Valid again although not in the former database, refresh tokens: removed@example.org.", restored.Output, StringComparison.Ordinal);
        Assert.Contains("Need a new token, because theirs is newer than the backup: new@example.org.", restored.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OverADatabaseThatCannotBeRead_NeedsTheAdminsWord()
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        await _receiver.RunAsync("backup", "copy.db");
        await File.WriteAllTextAsync(_receiver.PathOf("ccflux.db"), new string('x', 20_000), TestContext.Current.CancellationToken);

        var refused = await _receiver.RunAsync("restore", "copy.db");
        var still = await File.ReadAllTextAsync(_receiver.PathOf("ccflux.db"), TestContext.Current.CancellationToken);
        var meant = await _receiver.RunAsync("restore", "copy.db", "--forget-revocations");

        Assert.Equal((1, 0), (refused.ExitCode, meant.ExitCode));
        Assert.Contains("--forget-revocations", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        Assert.StartsWith("xxx", still, StringComparison.Ordinal);
        Assert.Equal("1", Scalar("SELECT count(*) FROM users"));
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
    public async Task Command_WhileAReceiverRuns_IsRefused(string command, string argument)
    {
        await _receiver.RunAsync("users", "add", "first@example.org");
        await _receiver.RunAsync("backup", "copy.db");
        using var held = DatabaseLock.Take(_receiver.PathOf("ccflux.db"));

        var outcome = await _receiver.RunAsync(command, argument);

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

    private void Run(string sql) => Scalar(sql);

    private string Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.PathOf("ccflux.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture)!;
    }
}
