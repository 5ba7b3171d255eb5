using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class ReportPackerTests : IDisposable
{
    private readonly SessionFolder _folder = new();

    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void EntriesOfAFixture_HoldEverything_AndFitAReport(string version)
    {
        var requests = 0;
        foreach (var session in FixtureTests.Sessions(version))
        {
            var reading = new Ccflux.Hook.Transcript.SessionReader(session, SessionFolder.Fixture(version), null, _ => false).Run();
            var entries = ReportPacker.Entries(reading, session.SessionId).Select(entry => OutboxEntry.Parse(entry.ToLine())!).ToArray();

            var batch = ReportPacker.Batch(entries, backfill: true, pauses: null);
            requests += batch.Sessions.Sum(reported => reported.Requests.Count);

            Assert.Equal(reading.Requests.Select(request => (request.Key, request.Turn, request.Usage.Model!)).Order(), batch.Sessions
                .SelectMany(reported => reported.Requests.Select(request => (request.Key, request.Turn < 0 ? 0 : reported.Turns[request.Turn].Key, batch.Models[request.Model]))).Order());
            Assert.Equal(reading.Turns.Select(turn => turn.Key).Order(), batch.Sessions.SelectMany(reported => reported.Turns).Select(turn => turn.Key).Distinct().Order());
            Assert.Equal(reading.Limits.Count, batch.Sessions.Sum(reported => reported.LimitEvents?.Count ?? 0));
            Assert.Equal(batch.Sessions.Count, batch.Sessions.DistinctBy(reported => reported.SessionId).Count());
            Assert.All(entries, entry => Assert.InRange(entry.ToLine().Length, 1, 24 * 1024));
        }

        Assert.True(requests > 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2000)]
    public void ManyRequests_EveryReportFits(int count)
    {
        _folder.Append(_folder.MainPath(), [.. Enumerable.Range(0, count).SelectMany(i => new[]
        {
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(i, $"p{i}"), $"pid{i}"),
            TranscriptLines.Message(i, $"m{i}", input: 999_999_999, output: 999_999_999, cacheRead: 999_999_999, cacheWrite: 999_999_999, model: new string('m', 100) + (i % 90)),
        })]);
        var entries = ReportPacker.Entries(_folder.Read(), "s").ToArray();

        var reports = new List<RequestBatch>();
        var rest = entries.AsEnumerable();
        while (rest.Any())
        {
            long bytes = 0;
            var some = rest.TakeWhile(entry => (bytes += entry.ToLine().Length) <= OutboxSender.ReportBytes).ToArray();
            rest = rest.Skip(some.Length);
            reports.Add(ReportPacker.Batch(some, backfill: false, [.. Enumerable.Range(0, 200).Select(_ => new ReportedPause(1_795_252_208_000, 1_795_252_209_000))]));
        }

        Assert.Equal(count, reports.SelectMany(report => report.Sessions).Sum(session => session.Requests.Count));
        Assert.All(reports, report => Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(report, UsageJson.Default.RequestBatch).Length, 1, ReportLimits.DefaultBodyBytes));
        Assert.Equal(Enumerable.Range(0, count).Select(i => LedgerKey.OfRequest(System.Text.Encoding.ASCII.GetBytes($"req_m{i}"))), reports.SelectMany(report => report.Sessions).SelectMany(session => session.Requests).Select(request => request.Key));
    }

    [Fact]
    public void Halves_SayTheSame_DownToOneThing()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Message(2, "m2", model: "other"), TranscriptLines.Prompt(3, "p1"), TranscriptLines.Prompt(4, "p2"),
            TranscriptLines.Retry(5), TranscriptLines.Failure(6, "f"), TranscriptLines.Prompt(7, "p3"), TranscriptLines.Message(8, "m3"));
        var entries = ReportPacker.Entries(_folder.Read(), "s").ToArray();
        var whole = Text(entries);

        var parts = new Queue<OutboxEntry>(entries);
        var single = new List<OutboxEntry>();
        while (parts.TryDequeue(out var entry))
        {
            if (entry.Halves() is { } halves)
            {
                Assert.True(halves.First.Count > 0 && halves.Second.Count > 0);
                parts.Enqueue(halves.First);
                parts.Enqueue(halves.Second);
            }
            else
            {
                single.Add(entry);
            }
        }

        Assert.Equal(whole, Text(single));
        Assert.All(single, entry => Assert.Equal(1, entry.Count));
    }

    [Fact]
    public void Without_DropsWhatIsSilent()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Prompt(10, "p1"), TranscriptLines.Message(11, "m2"), TranscriptLines.Prompt(12, "p2"));
        var from = TranscriptLines.Start.AddSeconds(5).ToUnixTimeMilliseconds();

        var kept = ReportPacker.Entries(_folder.Read(), "s").Select(entry => entry.Without(at => at >= from)).OfType<OutboxEntry>().ToArray();

        var session = Assert.Single(kept).Session;
        Assert.Equal([LedgerKey.OfRequest("req_m1"u8)], session.Requests.Select(request => request.Key));
        Assert.Equal([LedgerKey.OfTurn("p0"u8)], session.Turns.Select(turn => turn.Key));
        Assert.Same(kept[0], kept[0].Without(_ => false));
        Assert.Null(kept[0].Without(_ => true));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What entries say, in whatever order and parts.</summary>
    private static IEnumerable<string> Text(IEnumerable<OutboxEntry> entries) => entries.SelectMany(entry =>
            entry.Session.Requests.Select(request => $"{request.Key:x16} {entry.Models[request.Model]} {request.Output} {Turn(entry, request.Turn):x16}")
                .Concat(entry.Session.Turns.Select(turn => $"turn {turn.Key:x16} {turn.Outcome}"))
                .Concat((entry.Session.LimitEvents ?? []).Select(limit => $"limit {limit.At} {limit.Final} {Turn(entry, limit.Turn ?? -1):x16}")))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    private static long Turn(OutboxEntry entry, int turn) => turn < 0 ? 0 : entry.Session.Turns[turn].Key;
}
