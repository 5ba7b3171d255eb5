using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Tests.Contracts;
using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.ErasureGiven;

namespace Ccflux.Receiver.Tests.Identity.Erasure;

/// <summary>An erasure among others: of everybody else each row stays as it is, byte for byte, wherever the erasure stops in between.</summary>
public sealed class ErasureTests
{
    /// <summary>Tables that an erasure changes beyond the person's rows: what it leaves itself, names that stood in rows of others, versions, and sums without people.</summary>
    private static readonly string[] s_changed =
    [
        "erasures", "erasure_marks", "erasure_keys", "audit_log", "fleet_accounts", "fleet_audit", "fleet_events", "usage_day_versions", "telemetry_day_versions", "telemetry_duration_sums", "sqlite_sequence", "sqlite_stat1",
    ];

    [Fact]
    public async Task OneOfSeveral_InAnyHistory_LeavesEveryOtherRowAsItWas()
    {
        for (var seed = 0; seed < TestDepth.Of(6, 60); seed++)
        {
            await using var database = TestDatabase.Open(DatabaseKind.Sqlite);
            var (amara, _) = await database.PeopleAsync();
            await RandomAsync(database, new RandomReports(seed));
            // Rows of others that bear the name are looked at elsewhere.
            await database.ExecuteAsync("UPDATE users SET claimed_email = NULL");
            await database.ExecuteAsync("DELETE FROM quota_alerts WHERE account_id = 0");
            await database.ExecuteAsync("DELETE FROM quota_accounts WHERE owner = 0");
            var before = await RowsAsync(database);
            var others = await OthersAsync(database, amara);

            await StepsAsync(database, new Random(seed));

            var after = await RowsAsync(database);
            foreach (var (table, rows) in after.Where(table => !s_changed.Contains(table.Key, StringComparer.Ordinal)))
            {
                Assert.Empty(rows.Except(before[table], StringComparer.Ordinal));
            }

            Assert.Equal(others, await OthersAsync(database, amara));
            await AssertExactAsync(database);
            Assert.Equal((0, 0), await database.Make<CopyJob>().ApplyAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task AnErasureThatOthersInterrupt_GoesOn_AndReportsOfOthersAreStoredInBetween()
    {
        await using var database = TestDatabase.Open(DatabaseKind.Sqlite);
        var (amara, ben) = await database.PeopleAsync();
        var number = (await database.BeginAsync(Amara))!.Value;
        var steps = database.Store<ErasureSteps>();
        var turns = 0;

        for (var isFinished = false; !isFinished; turns++)
        {
            // What was admitted before may come in the same transaction, before and after the step.
            var late = database.ReportAsync(amara, A.Turn("late", turns, database.Time.GetUtcNow()));
            var between = database.ReportAsync(ben, A.Turn("between", turns, database.Time.GetUtcNow()));
            var step = database.WriteAsync(session => steps.Step(session, number, database.Time.GetUtcNow(), rows: 5));
            var later = database.ReportAsync(amara, A.Turn("later", turns, database.Time.GetUtcNow()));
            isFinished = await step;
            Assert.Equal((0, 2, 0), ((await late).New, (await between).New, (await later).New));
            if (turns % 7 == 0)
            {
                await database.ForgetUsageAsync();
                await database.WriteAsync(session => database.Store<LedgerWriter>().Rebuild(session, amara, database.Now));
                await database.Make<CopyJob>().ApplyAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.True(turns > 10, $"{turns} steps");
        Assert.DoesNotContain(await OwnedAsync(database, amara), table => table.Rows > 0);
        Assert.Equal(turns, await database.ScalarAsync("SELECT turns FROM user_totals WHERE user_id = @user", ("user", ben)) - 10);
        await AssertExactAsync(database);
    }

    [Fact]
    public async Task ARolledBackStep_IsRepeated()
    {
        await using var database = TestDatabase.Open(DatabaseKind.Sqlite);
        var (amara, _) = await database.PeopleAsync(turns: 2);
        var number = (await database.BeginAsync(Amara))!.Value;
        var before = await RowsAsync(database);

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Writer.WriteAsync<bool>(session =>
        {
            while (!database.Store<ErasureSteps>().Step(session, number, database.Time.GetUtcNow()))
            {
            }

            throw new InvalidOperationException("The disk is full.");
        }));
        Assert.Equal(before.SelectMany(table => table.Value), (await RowsAsync(database)).SelectMany(table => table.Value));

        Assert.True(await database.Store<Erasures>().RunAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain(await OwnedAsync(database, amara), table => table.Rows > 0);
    }

    private static async Task RandomAsync(TestDatabase database, RandomReports random)
    {
        for (var step = 0; step < 12; step++)
        {
            var user = 1 + random.Random.Next(2);
            List<LedgerRequest> requests = [.. Enumerable.Range(0, random.Random.Next(1, 6)).Select(_ => random.Request(keys: 12))];
            var session = new IncomingSession(RandomReports.Session(0), RandomReports.SessionId(0), "cli", [.. Enumerable.Range(0, random.Random.Next(2)).Select(_ => random.Turn() with { Session = RandomReports.Session(0) })], [],
                [.. requests.Select(request => request with { Session = RandomReports.Session(0) })]);
            await database.ReportAsync(new IncomingRequests(user, new ReportOrigin(RandomReports.Epoch, null, "1.0.0"), [session]));
            if (random.Random.Next(4) == 0)
            {
                await database.Make<CopyJob>().ApplyAsync(TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task StepsAsync(TestDatabase database, Random random)
    {
        var number = (await database.BeginAsync(Amara))!.Value;
        while (!await database.WriteAsync(session => database.Store<ErasureSteps>().Step(session, number, database.Time.GetUtcNow(), random.Next(1, 200))))
        {
        }
    }

    /// <summary>All rows of all tables, as text.</summary>
    private static async Task<Dictionary<string, List<string>>> RowsAsync(TestDatabase database)
    {
        var rows = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var table in await database.ListAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", found => found.Text(0)))
        {
            rows[table] = await TextAsync(database, table, "1 = 1");
        }

        return rows;
    }

    /// <summary>What everybody else has, in tables that name users or subjects.</summary>
    private static async Task<List<string>> OthersAsync(TestDatabase database, long user)
    {
        var rows = new List<string>();
        foreach (var (table, column) in await ColumnsAsync(database))
        {
            // A subject's usage stands under its negative number.
            var own = $"SELECT subject_id FROM telemetry_subjects WHERE user_id = {user} OR name = '{Amara}'";
            rows.AddRange(await TextAsync(database, table, column is "subject_id"
                ? $"subject_id NOT IN ({own})"
                : $"{column} IS NOT {user} AND {(column is "user_id" ? $"coalesce(-user_id, 0) NOT IN ({own})" : "1 = 1")}{(table is "telemetry_subjects" ? $" AND name <> '{Amara}'" : table is "shared_requests" ? $" AND other_user_id <> {user}" : "")}"));
        }

        return rows;
    }

    private static async Task<List<(string Table, long Rows)>> OwnedAsync(TestDatabase database, long user)
    {
        var counts = new List<(string Table, long Rows)>();
        foreach (var (table, column) in (await ColumnsAsync(database)).Where(owned => owned.Column is not "subject_id" && owned.Table is not "erasures"))
        {
            counts.Add((table, (await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE {column} = @user", ("user", user)))!.Value));
        }

        return counts;
    }

    private static Task<List<(string Table, string Column)>> ColumnsAsync(TestDatabase database) => database.ListAsync(
        """
        SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND (c.name IN ('user_id', 'subject_id') OR (t.name = 'quota_accounts' AND c.name = 'owner')) AND NOT (t.name IN ('telemetry_subjects', 'requests') AND c.name = 'subject_id')
          AND t.name <> 'erasures'
        """,
        rows => (rows.Text(0), rows.Text(1)));

    private static async Task<List<string>> TextAsync(TestDatabase database, string table, string condition)
    {
        var columns = await database.ListAsync($"SELECT name FROM pragma_table_info('{table}')", rows => rows.Text(0));
        var values = string.Join(" || '|' || ", columns.Select(column => $"quote(\"{column}\")"));
        return await database.ListAsync($"SELECT '{table} ' || {values} AS line FROM {table} WHERE {condition} ORDER BY line", rows => rows.Text(0));
    }

    private static Task<bool> AssertExactAsync(TestDatabase database) => database.ReadAsync(session =>
    {
        Assert.Empty(LedgerRecount.Users(session, 0).SelectMany(user => LedgerRecount.Check(session, OrganisationCalendar.Utc, user)));
        return true;
    });
}
