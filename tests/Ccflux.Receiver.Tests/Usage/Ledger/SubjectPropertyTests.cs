using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>What installations and claimed addresses report counts for the users whose they are known to be, whenever that becomes known, and is taken from them again without a trace.</summary>
public sealed class SubjectPropertyTests
{
    /// <summary>Without sessions that no longer have, or never had, a request: they count nowhere. How a session was started is known only while it has one of the hook's.</summary>
    private static readonly string[] s_tables =
    [
        .. LedgerPropertyTests.Tables.Where(table => !table.Contains("FROM sessions", StringComparison.Ordinal)),
        "SELECT user_id, session_key, session_id, first_at, last_at, facts, requests, input_tokens, output_tokens, cache_write_tokens FROM sessions WHERE facts <> 0 ORDER BY user_id, session_key",
    ];

    private static readonly long[] s_subjects = [1, 2];
    private static readonly long[] s_users = [1, 2];

    [Fact]
    public async Task Tables_AreTheSame_WheneverItBecomesKnownWhoseASubjectIs()
    {
        for (var seed = 0; seed < TestDepth.Of(40, 400); seed++)
        {
            var random = new RandomReports(seed);
            var history = new History(random);
            var last = s_subjects.ToDictionary(subject => subject, subject => history.AnyHolder(subject));

            await using var atOnce = new LedgerUnderTest();
            await history.WriteAsync(atOnce, subject => last[subject]);

            await using var later = new LedgerUnderTest();
            await history.WriteAsync(later, history.AnyHolder, moves: true);
            foreach (var subject in s_subjects)
            {
                await later.MoveAsync(subject, last[subject]);
            }

            Assert.Empty(await later.CheckAsync());
            Assert.Empty(await atOnce.CheckAsync());
            Assert.Equal(s_tables.SelectMany(atOnce.Rows), s_tables.SelectMany(later.Rows));
            Assert.Empty(later.Failures);
        }
    }

    [Fact]
    public async Task TakingASubjectBack_LeavesWhatWasThereBefore()
    {
        for (var seed = 0; seed < TestDepth.Of(20, 200); seed++)
        {
            var random = new RandomReports(seed);
            var history = new History(random);
            await using var ledger = new LedgerUnderTest();
            await history.WriteAsync(ledger, subject => -subject);
            List<string> before = [.. s_tables.SelectMany(ledger.Rows)];

            foreach (var target in new[] { random.Pick(s_users), random.Pick(s_users), 0L })
            {
                foreach (var subject in s_subjects)
                {
                    await ledger.MoveAsync(subject, target == 0 ? -subject : target);
                }

                Assert.Empty(await ledger.CheckAsync());
            }

            Assert.Equal(before, s_tables.SelectMany(ledger.Rows));
        }
    }

    [Fact]
    public async Task WhatNobodyIsKnownToHaveMade_CountsNowhere()
    {
        var random = new RandomReports(5);
        await using var ledger = new LedgerUnderTest();
        await ledger.WriteAsync(-1, [.. Enumerable.Range(0, 20).Select(_ => random.OfSubject(1, keys: 20)), .. Enumerable.Range(0, 5).Select(_ => random.Metrics(-1) with { Subject = 1 })]);

        Assert.Equal(["7"], ledger.Rows("SELECT DISTINCT hidden FROM requests"));
        Assert.Empty(s_tables.Skip(1).SelectMany(ledger.Rows));
    }

    /// <summary>Reports of two users and two subjects, of which many tell of the same requests.</summary>
    private sealed class History
    {
        private readonly RandomReports _random;
        private readonly List<(long User, long Subject, LedgerRequest Report)> _reports = [];
        private readonly List<IncomingPause> _pauses;

        public History(RandomReports random)
        {
            _random = random;
            foreach (var user in s_users)
            {
                _reports.AddRange(Enumerable.Range(0, random.Random.Next(12)).Select(_ => (user, 0L, random.Request(keys: 10))));
                _reports.AddRange(Enumerable.Range(0, random.Random.Next(6)).Select(_ => (user, 0L, random.Metrics(user))));
            }

            foreach (var subject in s_subjects)
            {
                _reports.AddRange(Enumerable.Range(0, random.Random.Next(12)).Select(_ => (0L, subject, random.OfSubject(subject, keys: 10))));
                _reports.AddRange(Enumerable.Range(0, random.Random.Next(6)).Select(_ => (0L, subject, random.Metrics(-subject) with { Subject = subject })));
            }

            _pauses = [.. Enumerable.Range(0, random.Random.Next(2)).Select(_ => random.Pause())];
        }

        public long AnyHolder(long subject) => _random.Flip() ? -subject : _random.Pick(s_users);

        /// <summary>Writes everything, in any order and grouping.</summary>
        /// <param name="ledger">To write to.</param>
        /// <param name="holderOf">Whose a subject is.</param>
        /// <param name="moves">Asks that again now and then, and moves what is stored.</param>
        public async Task WriteAsync(LedgerUnderTest ledger, Func<long, long> holderOf, bool moves = false)
        {
            // Numbers of models follow the order in which they came.
            ledger.ByHand("INSERT INTO models (name, first_seen_at) VALUES ('claude-opus-5-5', 1), ('claude-sonnet-5-5', 1), ('claude-haiku-5', 1)");
            var holders = s_subjects.ToDictionary(subject => subject, holderOf);
            foreach (var batch in _reports.OrderBy(_ => _random.Random.Next()).ToList().Chunk(_random.Random.Next(1, 12)))
            {
                foreach (var of in batch.GroupBy(report => (Holder: report.Subject == 0 ? report.User : holders[report.Subject], report.Subject)))
                {
                    await ledger.WriteAsync(of.Key.Holder, [.. of.Select(report => report.Report)]);
                }

                if (moves && _random.Random.Next(4) == 0)
                {
                    var subject = _random.Pick(s_subjects);
                    holders[subject] = holderOf(subject);
                    await ledger.MoveAsync(subject, holders[subject]);
                }
            }

            await ledger.WriteAsync(1, [], pauses: _pauses);
        }
    }
}
