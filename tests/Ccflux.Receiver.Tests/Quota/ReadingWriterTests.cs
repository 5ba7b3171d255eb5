using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Readings in the database: what is loaded for a batch is all that decides about it.</summary>
public sealed class ReadingWriterTests
{
    private const string Windows = """
        SELECT name || ' ' || source, used_milli, coalesce(resets_at, 0), observed_at, coalesce(started_at, 0) FROM quota_windows WHERE account_id = @account ORDER BY name
        """;

    private const string Readings = """
        SELECT w.name, r.observed_at, r.used_milli, coalesce(r.resets_at, 0), r.source FROM quota_readings r JOIN quota_windows w ON w.window_id = r.window_id
        WHERE w.account_id = @account ORDER BY 1, 2
        """;

    [Fact]
    public async Task Batch_IsStoredLikeItsReadingsOneByOne()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var random = new Random(7);
        var start = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        var differences = await receiver.Service<GroupCommitWriter>().WriteAsync(session =>
        {
            for (var round = 0; round < TestDepth.Of(60, 2_000); round++)
            {
                var (batched, single) = (new QuotaAccountId(1_000 + (2 * round)), new QuotaAccountId(1_001 + (2 * round)));
                for (var batch = 0; batch < 5; batch++)
                {
                    string[] sources = [QuotaSource.StatusLine, QuotaSource.StatusLine, QuotaSource.OAuth, QuotaSource.LimitHit];
                    var source = sources[random.Next(sources.Length)];
                    var readings = Enumerable.Range(0, random.Next(1, 10)).Select(_ => Any(random, start)).ToList();
                    var added = readings.Sum(reading => ReadingWriter.Write(session, single, source, [reading]));
                    if (ReadingWriter.Write(session, batched, source, readings) != added || Text(session, batched) != Text(session, single))
                    {
                        return $"{round}: {source} {string.Join('\n', readings)}\n\n{Text(session, batched)}\n\n{Text(session, single)}";
                    }
                }
            }

            return "";
        });

        Assert.Equal("", differences.Value);
    }

    private static Reading Any(Random random, DateTimeOffset start) => new(
        random.Next(3) == 0 ? LimitNames.SevenDay : LimitNames.FiveHour,
        random.Next(8) * 4_000,
        random.Next(6) == 0 ? null : start.AddHours(3 + (5 * random.Next(2))).AddSeconds(random.Next(3)),
        start.AddSeconds(random.Next(30)),
        IsFresh: random.Next(3) == 0);

    private static string Text(WriteSession session, QuotaAccountId account) => string.Join('\n', new[] { Windows, Readings }.SelectMany(sql => session.List(
        sql, static rows => $"{rows.Text(0)} {rows.Text(1)} {rows.Text(2)} {rows.Text(3)} {rows.Text(4)}", ("account", account.Value))));
}
