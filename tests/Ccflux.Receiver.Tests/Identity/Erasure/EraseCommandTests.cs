using Ccflux.Receiver.Tests.Secrets;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Identity.Erasure;

/// <summary>The command, with and without a running receiver, restores, and kills halfway, with the real program.</summary>
public sealed class EraseCommandTests : IDisposable
{
    private const string Amara = "amara.okafor@people.example";
    private const string Ben = "ben@example.org";
    private const int Requests = 12_000;

    private readonly ReceiverProcess _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Erase_WithAndWithoutARunningReceiver_RemovesThePersonFromTheFile(bool running)
    {
        await AddAsync();
        if (running)
        {
            await _receiver.StartAsync();
        }

        var asked = await _receiver.RunAsync("erase", Amara);
        Assert.Equal((1, 1L), (asked.ExitCode, Scalar("SELECT count(*) FROM users WHERE email LIKE 'amara%'")));
        var unknown = await _receiver.RunAsync("erase", "nobody@example.org", "--yes");
        Assert.Equal((1, "Nothing is known of this person."), (unknown.ExitCode, unknown.Error.Trim()));

        var erased = await _receiver.RunAsync("erase", Amara.ToUpperInvariant(), "--yes");

        Assert.Equal((0, ""), (erased.ExitCode, erased.Error));
        Assert.Contains("erased person 1", erased.Output, StringComparison.Ordinal);
        AssertGone();
        _receiver.Kill();
        AssertNotInFiles();
    }

    [Fact]
    public async Task AKilledReceiver_GoesOnAtTheNextStart()
    {
        await AddAsync();
        var before = Others();
        Run($"INSERT INTO erasures (user_id, requested_at) SELECT user_id, 1 FROM users WHERE email = '{Amara}'");
        var random = new Random(7);
        var rounds = 0;
        for (; Scalar("SELECT count(*) FROM erasures WHERE finished_at IS NULL") > 0; rounds++)
        {
            await _receiver.StartAsync();
            await Task.Delay(random.Next(rounds * 40), TestContext.Current.CancellationToken);
            _receiver.Kill();
        }

        AssertGone();
        Assert.Equal(before, Others());
        await _receiver.StartAsync();
        var check = await _receiver.RunAsync("recount", "--check");
        Assert.Equal((0, "", "All sums of 1 users are right."), (check.ExitCode, check.Error, check.Output.Trim()));
    }

    [Fact]
    public async Task Restore_OfABackupFromBefore_ErasesThePersonAgain_AndNobodyWhoWasAddedAgain()
    {
        await AddAsync();
        await _receiver.AddUserAsync("chen@example.org");
        Assert.Equal(0, (await _receiver.RunAsync("backup", "before.db")).ExitCode);
        Assert.Equal(0, (await _receiver.RunAsync("erase", Amara, "--yes")).ExitCode);
        Assert.Equal(0, (await _receiver.RunAsync("erase", "chen@example.org", "--yes")).ExitCode);
        await _receiver.AddUserAsync("chen@example.org");
        Assert.Equal(0, (await _receiver.RunAsync("backup", "after.db")).ExitCode);

        var restored = await _receiver.RunAsync("restore", "before.db");

        Assert.Equal((0, ""), (restored.ExitCode, restored.Error));
        AssertGone();
        Assert.Equal(0, Scalar("SELECT count(*) FROM users WHERE email = 'chen@example.org'"));
        File.Delete(_receiver.PathOf("before.db"));
        foreach (var former in Directory.EnumerateFiles(_receiver.Folder, "*.before-*"))
        {
            File.Delete(former);
        }

        AssertNotInFiles();

        // Chen's new start is in this backup.
        Assert.Equal(0, (await _receiver.RunAsync("restore", "after.db")).ExitCode);
        Assert.Equal(1, Scalar("SELECT count(*) FROM users WHERE email = 'chen@example.org'"));
        Assert.Equal(2, Scalar("SELECT count(*) FROM erasures WHERE finished_at IS NOT NULL"));
    }

    private async Task AddAsync()
    {
        await _receiver.AddUserAsync(Amara);
        await _receiver.AddUserAsync(Ben);
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        foreach (var user in new[] { 1, 2 })
        {
            connection.Execute($"INSERT INTO devices (user_id, public_key, name, registered_at) VALUES ({user}, 'key {user}', 'laptop {user}', 1)");
            connection.Execute($"""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Requests})
                INSERT INTO requests (user_id, hour, request_key, at, session_key, turn_key, model_id, price_class, origin, provenance, input_tokens, output_tokens, cache_read_tokens,
                    cache_write_5m_tokens, cache_write_1h_tokens, web_searches)
                SELECT {user}, 480000 + i / 100, i, (480000 + i / 100) * 3600000, 0, 0, 1, 0, 0, 2, 1, 1, 1, 1, 1, 0 FROM n
                """);
        }

        connection.Execute("INSERT OR IGNORE INTO models (model_id, name, first_seen_at) VALUES (1, 'm', 1)");
        connection.Close();
        Assert.Equal(0, (await _receiver.RunAsync("recount")).ExitCode);
    }

    private void AssertGone()
    {
        foreach (var table in new[] { "users", "devices", "requests", "usage_days", "user_totals", "usage_hours", "telemetry_tokens" })
        {
            Assert.Equal((table, 0L), (table, Scalar($"SELECT count(*) FROM {table} WHERE user_id = 1")));
        }

        Assert.Equal(0, Scalar("SELECT count(*) FROM erasures WHERE finished_at IS NULL"));
        Assert.Equal(0, Scalar("SELECT count(*) FROM audit_log WHERE target LIKE '%amara%' OR detail LIKE '%amara%'"));
        Assert.Equal(Requests, Scalar("SELECT count(*) FROM requests WHERE user_id = 2"));
    }

    private void AssertNotInFiles()
    {
        SecretForms[] secrets = [new("address", Amara), new("name", "amara.okafor"), new("device", "laptop 1")];
        foreach (var file in Directory.EnumerateFiles(_receiver.Folder))
        {
            var content = File.ReadAllBytes(file);
            Assert.Empty(secrets.SelectMany(secret => secret.FindIn(content)).Select(found => $"{Path.GetFileName(file)}: {found}"));
        }
    }

    private string[] Others()
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        return [.. new[] { "requests", "usage_days", "user_totals", "usage_hours", "active_hours", "user_days" }
            .SelectMany(table => connection.Query($"SELECT * FROM {table} WHERE user_id = 2").Select(row => string.Join('|', ((IDictionary<string, object>)row).Values)))];
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        connection.Execute(sql);
    }

    private long Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        return connection.ExecuteScalar<long>(sql);
    }
}
