using System.Text.RegularExpressions;
using Ccflux.Lab.Demo;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Every statement in docs/sql.md, exactly as written there, on a real database.</summary>
public sealed partial class SqlDocsTests
{
    [Fact]
    public async Task Docs_EveryStatement_RunsAndEveryQueryFindsSomething()
    {
        await using var history = await History.EmptyAsync();
        Assert.NotNull(await history.Receiver.Make<DemoData>().FillAsync());
        await MakeThePresentAsync(history);

        var statements = Statements();
        using var connection = Open(history);
        foreach (var (title, sql) in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var found = reader.Read();
            Assert.True(found || !sql.StartsWith("SELECT", StringComparison.Ordinal), $"'{title}' finds nothing.");
        }

        Assert.True(statements.Count >= 16, $"Only {statements.Count} statements were found in docs/sql.md.");
    }

    [Fact]
    public async Task TopUsers_OfTheDocs_EqualTheFacts()
    {
        await using var history = await History.RandomAsync(seed: 51, turns: 400);
        await MakeThePresentAsync(history);
        var facts = history.Facts;
        using var connection = Open(history);
        using var command = connection.CreateCommand();
        command.CommandText = Statements().Single(statement => statement.Title.StartsWith("Top users", StringComparison.Ordinal)).Sql;
        var since = TimeProvider.System.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds();

        using var reader = command.ExecuteReader();

        while (reader.Read())
        {
            var own = facts.Events.Where(each => each.Turn.Email == reader.GetString(0) && each.At >= since).ToList();
            Assert.Equal((own.Sum(each => each.Billed), own.Select(each => each.Turn.Session).Distinct().Count(), own.Select(each => each.TurnId).Distinct().Count()), (reader.GetInt64(1), reader.GetInt32(4), reader.GetInt32(5)));
        }
    }

    /// <summary>The statements use datetime('now'), which no test's clock moves: the data is moved to the real present instead.</summary>
    private static async Task MakeThePresentAsync(History history)
    {
        var days = (TimeProvider.System.GetUtcNow() - history.Time.GetUtcNow()).Days;
        var milliseconds = days * 86_400_000L;
        await history.ExecuteAsync("UPDATE turn_models SET at = at + @ms", ("ms", milliseconds));
        await history.ExecuteAsync("UPDATE requests SET at = at + @ms", ("ms", milliseconds));
        await history.ExecuteAsync("UPDATE sessions SET first_at = first_at + @ms, last_at = last_at + @ms", ("ms", milliseconds));
        await history.ExecuteAsync("UPDATE users SET last_report_at = last_report_at + @ms", ("ms", milliseconds));
        if (days != 0)
        {
            // Into unused numbers first, so that no row collides with another.
            foreach (var (table, column, step) in new[] { ("user_hours", "slot", 96L * days), ("usage_days", "day", days), ("user_days", "day", days) })
            {
                await history.ExecuteAsync($"UPDATE {table} SET {column} = -({column} + @step)", ("step", step));
                await history.ExecuteAsync($"UPDATE {table} SET {column} = -{column}");
            }
        }

        await history.ExecuteAsync("INSERT OR REPLACE INTO tiers SELECT user_id, 'Tier 1', max(input_tokens + output_tokens), 'inferred', count(*), 0, NULL FROM usage_windows GROUP BY user_id");
    }

    private static SqliteConnection Open(History history)
    {
        var connection = new SqliteConnection($"Data Source={history.Receiver.DatabasePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private static List<(string Title, string Sql)> Statements()
    {
        var text = File.ReadAllText(Repository.PathOf("docs/sql.md"));
        return [.. Statement().Matches(text).Select(match => (match.Groups["title"].Value, match.Groups["sql"].Value.Trim()))];
    }

    [GeneratedRegex(@"^### (?<title>[^\n]+)\n(?:(?!^###)[^\n]*\n)*?```sql\n(?<sql>.*?)```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Statement();
}
