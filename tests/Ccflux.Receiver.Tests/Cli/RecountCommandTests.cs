using Ccflux.Testing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Cli;

public sealed class RecountCommandTests : IDisposable
{
    private readonly ReceiverProcess _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Recount_FindsAWrongSum_AndMendsIt()
    {
        Assert.Equal(1, (await _receiver.RunAsync("recount", "--check")).ExitCode);
        await _receiver.AddUserAsync("amara@example.org");
        Run("""
            INSERT INTO users (user_id, email, created_at) VALUES (1, 'amara@example.org', 1) ON CONFLICT DO NOTHING;
            INSERT INTO models (model_id, name, first_seen_at) VALUES (1, 'claude-opus-5-5', 1);
            INSERT INTO requests (user_id, hour, request_key, at, session_key, turn_key, model_id, price_class, origin, provenance,
                input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches)
            VALUES (1, 497000, 77, 1789200000123, 0, 0, 1, 0, 2, 0, 10, 20, 30, 40, 50, 0);
            """);

        var wrong = await _receiver.RunAsync("recount", "--check");
        var mended = await _receiver.RunAsync("recount");
        var right = await _receiver.RunAsync("recount", "--check");

        Assert.Equal((1, 0, 0), (wrong.ExitCode, mended.ExitCode, right.ExitCode));
        Assert.Contains("user 1: 1 rows of usage_hours differ from a count over the requests.", wrong.Output, StringComparison.Ordinal);
        Assert.Equal("Counted the sums of 1 users again.", mended.Output.Trim());
        Assert.Equal("All sums of 1 users are right.", right.Output.Trim());
        Assert.Equal(
            ["usage.check", "usage.recount", "usage.check"],
            Rows("SELECT action FROM audit_log WHERE action LIKE 'usage.%' ORDER BY audit_id"));
        Assert.Equal(["20|50"], Rows("SELECT output_tokens || '|' || cache_write_1h_tokens FROM usage_hours"));
    }

    [Fact]
    public async Task Recount_NextToARunningReceiver_IsRefused_AndACheckIsNot()
    {
        await _receiver.AddUserAsync("amara@example.org");
        await _receiver.StartAsync();

        var check = await _receiver.RunAsync("recount", "--check");
        var recount = await _receiver.RunAsync("recount");

        Assert.Equal((0, 1), (check.ExitCode, recount.ExitCode));
        Assert.DoesNotContain("   at ", recount.Error, StringComparison.Ordinal);
        Assert.NotEqual("", recount.Error);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
