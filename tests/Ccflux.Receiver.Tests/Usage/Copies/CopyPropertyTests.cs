using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Copies;

/// <summary>Requests that several users have: whatever is reported, declared and taken back, in any order, each sum is a count over what counts, and nothing is lost.</summary>
public sealed class CopyPropertyTests
{
    private const int Users = 4;

    [Fact]
    public async Task ReportsAndDeclarations_InAnyOrder_HideExactlyTheCopies_AndTakingBackRestoresEverySum()
    {
        for (var seed = 0; seed < TestDepth.Of(25, 250); seed++)
        {
            var random = new RandomReports(seed);
            await using var copies = new CopiesUnderTest(Users);
            await using var plain = new CopiesUnderTest(Users);
            var declared = new HashSet<(long User, long Of)>();
            for (var step = 0; step < 25; step++)
            {
                switch (random.Random.Next(6))
                {
                    case 0:
                        var (user, of) = (Pick(random), Pick(random));
                        if (await copies.DeclareAsync(user, of) is null)
                        {
                            declared.Add((user, of));
                        }

                        break;
                    case 1 when declared.Count > 0:
                        var one = declared.ElementAt(random.Random.Next(declared.Count));
                        Assert.Null(await copies.TakeBackAsync(one.User, one.Of));
                        declared.Remove(one);
                        break;
                    case 2:
                        await copies.ApplyAsync();
                        break;
                    default:
                        var reporter = Pick(random);
                        List<LedgerRequest> requests = [.. Enumerable.Range(0, random.Random.Next(1, 6)).Select(_ => random.Request(keys: 12))];
                        // In some histories no session has a turn.
                        List<LedgerTurn> turns = seed % 3 == 0 ? [] : [.. Enumerable.Range(0, random.Random.Next(2)).Select(_ => random.Turn())];
                        await copies.Ledger.WriteAsync(reporter, requests, turns);
                        await plain.Ledger.WriteAsync(reporter, requests, turns);
                        break;
                }

                await copies.AssertExactAsync();
            }

            await copies.ApplyAsync();
            await copies.AssertExactAsync();
            Assert.Equal(Copies(plain, declared), copies.Ledger.Rows("SELECT user_id, request_key FROM requests WHERE hidden = 2 ORDER BY user_id, request_key"));
            Assert.Equal((0, 0), await copies.ApplyAsync());

            foreach (var (user, of) in declared)
            {
                await copies.TakeBackAsync(user, of);
            }

            await copies.ApplyAsync();
            Assert.Equal(plain.Tables(), copies.Tables());
            await copies.AssertExactAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Search_NamesExactlyWhatPlainSqlFinds_HoweverManyKeysItReadsAtOnce(long keysAtOnce)
    {
        for (var seed = 0; seed < TestDepth.Of(6, 60); seed++)
        {
            var random = new RandomReports(seed);
            await using var copies = new CopiesUnderTest(Users);
            foreach (var user in (long[])[1, 2, 3, 4])
            {
                await copies.Ledger.WriteAsync(user, [.. Enumerable.Range(0, 60).Select(_ => random.Request(keys: 40 * (seed + 1)))]);
            }

            await copies.DeclareAsync(2, 1);
            await copies.ApplyAsync();
            // What an earlier search left.
            copies.Ledger.ByHand("INSERT INTO shared_requests VALUES (1, 5, 1, 1, 1, 1, 1, 1, 1), (1, 2, 9, 9, 9, 9, 9, 9, 9)");

            var pairs = await copies.FindAsync(keysAtOnce);

            var expected = copies.Ledger.Rows("""
                SELECT a.user_id, b.user_id, count(*), sum(a.hidden = 0 AND b.hidden = 0),
                       sum(a.input_tokens + a.output_tokens + a.cache_read_tokens + a.cache_write_5m_tokens + a.cache_write_1h_tokens),
                       count(DISTINCT nullif(a.session_key, 0)), min(a.at), max(a.at)
                FROM requests a JOIN requests b ON b.request_key = a.request_key AND b.user_id <> a.user_id
                WHERE a.request_key IN (SELECT request_key FROM requests GROUP BY request_key HAVING count(DISTINCT user_id) > 1)
                GROUP BY a.user_id, b.user_id ORDER BY a.user_id, b.user_id
                """);
            Assert.Equal(expected, copies.Ledger.Rows("SELECT user_id, other_user_id, requests, counted, tokens, sessions, first_at, last_at FROM shared_requests ORDER BY user_id, other_user_id"));
            Assert.Equal(expected.Count, pairs);
            Assert.NotEmpty(expected);
        }
    }

    [Fact]
    public async Task AKeyOfThreeUsers_WithDeclarationsInARow_CountsExactlyOnce()
    {
        foreach (var isFirstDeclaredFirst in new[] { true, false })
        {
            await using var copies = new CopiesUnderTest();
            var request = new RandomReports(1).Request();
            foreach (var user in (long[])[1, 2, 3])
            {
                await copies.Ledger.WriteAsync(user, [request]);
            }

            foreach (var (user, of) in isFirstDeclaredFirst ? new[] { (2L, 1L), (3L, 2L) } : [(3L, 2L), (2L, 1L)])
            {
                Assert.Null(await copies.DeclareAsync(user, of));
                await copies.ApplyAsync();
            }

            Assert.Equal(["1|1"], copies.Ledger.Rows("SELECT user_id, requests FROM user_totals"));
            Assert.Equal(["2|1", "3|2"], copies.Ledger.Rows("SELECT user_id, copy_of FROM requests WHERE hidden = 2 ORDER BY user_id"));
            await copies.AssertExactAsync();
        }
    }

    [Fact]
    public async Task Circles_AreRefused_DirectOrThroughOthers()
    {
        await using var copies = new CopiesUnderTest();
        Assert.Equal(CopyFault.SameUser, await copies.DeclareAsync(1, 1));
        Assert.Null(await copies.DeclareAsync(1, 2));
        Assert.Equal(CopyFault.Circle, await copies.DeclareAsync(2, 1));
        Assert.Null(await copies.DeclareAsync(2, 3));
        Assert.Null(await copies.DeclareAsync(3, 4));
        Assert.Equal(CopyFault.Circle, await copies.DeclareAsync(4, 1));
        Assert.Null(await copies.DeclareAsync(1, 4));

        Assert.Null(await copies.TakeBackAsync(2, 3));
        Assert.Equal(CopyFault.Circle, await copies.DeclareAsync(4, 1));
        Assert.Null(await copies.TakeBackAsync(1, 4));
        Assert.Null(await copies.DeclareAsync(4, 1));
    }

    /// <summary>Anyone may report a colleague's request ids, with any figures: they become usage of the one who reports them, and change nothing of the colleague's.</summary>
    [Fact]
    public async Task AColleaguesKeys_ReportedByAnother_TakeNothingFromTheColleague()
    {
        await using var copies = new CopiesUnderTest();
        await using var alone = new CopiesUnderTest();
        var random = new RandomReports(4);
        List<LedgerRequest> requests = [.. Enumerable.Range(0, 20).Select(_ => random.Request(keys: 15))];
        List<LedgerTurn> turns = [random.Turn(), random.Turn()];
        // Before, between and after the colleague's own reports.
        await copies.Ledger.WriteAsync(2, [.. requests.Take(8)], turns);
        await copies.Ledger.WriteAsync(1, requests, turns);
        await copies.Ledger.WriteAsync(2, [.. requests.Select(request => request with { Output = request.Output + 1_000_000, At = request.At - 5 })], turns);
        await copies.Ledger.WriteAsync(1, requests, turns);
        await alone.Ledger.WriteAsync(1, requests, turns);

        await copies.FindAsync(3);
        Assert.Equal((0, 0), await copies.ApplyAsync());

        Assert.NotEmpty(copies.Ledger.Rows("SELECT * FROM shared_requests"));
        Assert.Equal(OfUser1(alone), OfUser1(copies));
        await copies.AssertExactAsync();

        static List<string> OfUser1(CopiesUnderTest copies) =>
        [
            .. copies.Ledger.Rows("SELECT * FROM requests WHERE user_id = 1 ORDER BY request_key"),
            .. copies.Ledger.Rows("SELECT * FROM usage_hours WHERE user_id = 1 ORDER BY slot, model_id, price_class"),
            .. copies.Ledger.Rows("SELECT * FROM active_hours WHERE user_id = 1 ORDER BY day"),
            .. copies.Ledger.Rows("SELECT * FROM sessions WHERE user_id = 1 ORDER BY session_key"),
            .. copies.Ledger.Rows("SELECT * FROM user_totals WHERE user_id = 1"),
        ];
    }

    [Fact]
    public async Task AHiddenRequest_ReportedAgain_IsMergedAndStaysHidden()
    {
        await using var copies = new CopiesUnderTest();
        var request = new RandomReports(2).Request() with { Session = RandomReports.Session(1), SessionRank = SessionRank.Transcript };
        await copies.Ledger.WriteAsync(1, [request]);
        await copies.Ledger.WriteAsync(2, [request]);
        await copies.DeclareAsync(2, 1);
        Assert.Equal((1, 0), await copies.ApplyAsync());
        var before = copies.Tables();

        Assert.Equal(new LedgerResult(0, 0, 1), await copies.Ledger.WriteAsync(2, [request]));
        Assert.Equal(before, copies.Tables());

        // More output, and a session that is better known: the row changes, and no sum does. The session that it left goes.
        var better = request with { Output = request.Output + 1, Session = RandomReports.Session(2), SessionRank = SessionRank.RequestSession };
        Assert.Equal(new LedgerResult(0, 1, 0), await copies.Ledger.WriteAsync(2, [better]));
        Assert.Equal(better.Output, (await copies.Ledger.FindAsync(2, request.Key))!.Value.Output);
        Assert.Empty(copies.Ledger.Rows("SELECT * FROM user_totals WHERE user_id = 2"));
        Assert.Equal(["session-2|0||"], copies.Ledger.Rows("SELECT session_id, facts, first_at, last_at FROM sessions WHERE user_id = 2"));
        await copies.AssertExactAsync();

        Assert.True(await copies.Ledger.RemoveAsync(2, request.Key));
        Assert.Empty(copies.Ledger.Rows("SELECT * FROM sessions WHERE user_id = 2"));
        await copies.AssertExactAsync();
    }

    [Fact]
    public async Task ACopy_StaysHiddenAfterItsOriginalWasRemoved_UntilTheDeclarationIsTakenBack()
    {
        await using var copies = new CopiesUnderTest();
        var request = new RandomReports(2).Request();
        foreach (var user in (long[])[1, 2, 3])
        {
            await copies.Ledger.WriteAsync(user, [request]);
        }

        await copies.DeclareAsync(2, 1);
        await copies.ApplyAsync();
        await copies.DeclareAsync(2, 3);
        await copies.Ledger.RemoveAsync(1, request.Key);
        Assert.Equal((0, 0), await copies.ApplyAsync());

        // Now it is a copy of the third user's.
        await copies.TakeBackAsync(2, 1);
        Assert.Equal((1, 1), await copies.ApplyAsync());
        Assert.Equal(["2|3"], copies.Ledger.Rows("SELECT user_id, copy_of FROM requests WHERE hidden = 2"));

        await copies.TakeBackAsync(2, 3);
        Assert.Equal((0, 1), await copies.ApplyAsync());
        Assert.Equal(["2", "3"], copies.Ledger.Rows("SELECT user_id FROM user_totals ORDER BY user_id"));
        await copies.AssertExactAsync();
    }

    /// <summary>A session is deleted, and copies count again, without reading all requests of the user.</summary>
    [Fact]
    public async Task Statements_ThatReadCopies_UseTheIndexesOfCopies()
    {
        await using var copies = new CopiesUnderTest();
        using var connection = SqliteConnection.OpenReadOnly(copies.Ledger.DatabasePath);

        Assert.Contains(Plan(CopiesSql.SelectHidden, ("user", 1), ("of", 2), ("limit", 3)), step => step.Contains("COVERING INDEX requests_copies (user_id=? AND copy_of=?", StringComparison.Ordinal));
        Assert.Contains(Plan(CopiesSql.SelectTakenBack), step => step.Contains("COVERING INDEX requests_copies", StringComparison.Ordinal));
        Assert.Contains(
            Plan(LedgerRollupSql.DeleteEmptySession, ("user", 1), ("session", 2)), step => step.Contains("COVERING INDEX requests_copies_by_session (user_id=? AND session_key=?", StringComparison.Ordinal));
        Assert.Contains(
            Plan(CopiesSql.SelectCopies, ("user", 1), ("of", 2), ("from", 3), ("to", 4)), step => step.Contains("SEARCH o USING COVERING INDEX requests_by_key (user_id=? AND request_key>?", StringComparison.Ordinal));

        List<string> Plan(string sql, params SqlParameter[] parameters) => connection.List("EXPLAIN QUERY PLAN " + sql, static rows => rows.Text(3), parameters);
    }

    private static long Pick(RandomReports random) => random.Random.Next(1, Users + 1);

    /// <summary>The requests of which another user, whose copies they are declared to be, has one with the same key.</summary>
    private static List<string> Copies(CopiesUnderTest plain, HashSet<(long User, long Of)> declared)
    {
        var held = plain.Ledger.Rows("SELECT user_id, request_key FROM requests ORDER BY user_id, request_key");
        return [.. held.Where(row => row.Split('|') is [var user, var key] && declared.Any(one => one.User == long.Parse(user) && held.Contains($"{one.Of}|{key}")))];
    }
}
