using System.Text.Json.Nodes;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.EndToEnd;

/// <summary>Transcripts that are copied, forked, pruned, late or gone, on machines of one user that run the published hook against the real receiver: each request counts
/// once, in its own hour.</summary>
public sealed class CopiesToReceiverTests : IAsyncLifetime
{
    private const string Session = "s";

    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("RATE_LIMIT_PER_MINUTE", "100000");
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow.AddHours(-12);
    private Machine _laptop = null!;
    private Machine _server = null!;
    private int _turns;

    public async ValueTask InitializeAsync()
    {
        var token = await _receiver.AddUserAsync("petra@example.org");
        _laptop = new Machine(_receiver.Address.OriginalString, token) { Name = "l" };
        _server = new Machine(_receiver.Address.OriginalString, token) { Name = "s" };
        await _receiver.StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        _laptop.Dispose();
        _server.Dispose();
        _receiver.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task SessionThatIsResumedAlternatelyOnTwoMachines_CountsOnce()
    {
        for (var round = 0; round < 3; round++)
        {
            AddTurn(_laptop);
            await _laptop.ReportAsync(Session);
            _server.Copy(_laptop, Session);
            _server.SpoolResume(Session);
            AddTurn(_server);
            await _server.ReportAsync(Session);
            _laptop.Copy(_server, Session);
            _laptop.SpoolResume(Session);
        }

        await _laptop.ReportAsync(Session);

        AssertEachCountsOnce();
    }

    [Fact]
    public async Task MachinesThatDriftApart_CountWhatEachAdds()
    {
        AddTurn(_laptop);
        _server.Copy(_laptop, Session);
        AddTurn(_server);
        AddTurn(_laptop);

        await _server.ReportAsync(Session);
        await _laptop.ReportAsync(Session);

        AssertEachCountsOnce();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ForkOfAFork_CountsWhatItAdds(bool namesItsParent)
    {
        AddTurn(_laptop);
        await _laptop.ReportAsync(Session);
        Fork(_laptop, Session, _server, "fork", namesItsParent);
        AddTurn(_server, "fork");
        await _server.ReportAsync("fork");
        Fork(_server, "fork", _laptop, "fork-of-fork", namesItsParent);
        AddTurn(_laptop, "fork-of-fork");
        await _laptop.ReportAsync("fork-of-fork");
        AddTurn(_laptop);
        await _laptop.ReportAsync(Session);

        AssertEachCountsOnce();
        // A copied request belongs to the session that made it, if the copy says so; else to one of those that have it.
        Assert.Equal(namesItsParent ? [2, 1, 1] : [4], _receiver.Query(
            namesItsParent
                ? $"SELECT {RequestsOf(Session)}, {RequestsOf("fork")}, {RequestsOf("fork-of-fork")}"
                : "SELECT count(*) FROM requests r JOIN sessions s ON s.user_id = r.user_id AND s.session_key = r.session_key",
            namesItsParent ? 3 : 1));
    }

    [Theory]
    [InlineData("the front", 0, 4)]
    [InlineData("the middle", 4, 4)]
    [InlineData("the end", 10, 2)]
    public async Task TranscriptThatIsPrunedFromWithin_KeepsWhatItHad(string where, int from, int count)
    {
        for (var i = 0; i < 6; i++)
        {
            AddTurn(_laptop);
        }

        await _laptop.ReportAsync(Session);
        var rows = await File.ReadAllLinesAsync(_laptop.Transcript(Session), TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(_laptop.Transcript(Session), [.. rows[..from], .. rows[(from + count)..]], TestContext.Current.CancellationToken);
        AddTurn(_laptop);
        await _laptop.ReportAsync(Session);

        Assert.True(rows.Length == 12, where);
        AssertEachCountsOnce();
    }

    [Fact]
    public async Task TranscriptThatIsRewrittenWhole_CountsOnce()
    {
        AddTurn(_laptop);
        AddTurn(_laptop);
        await _laptop.ReportAsync(Session);
        var rows = await File.ReadAllLinesAsync(_laptop.Transcript(Session), TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(_laptop.Transcript(Session), rows.Select(row => JsonNode.Parse(row)!.ToJsonString().Replace(",\"", ", \"", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        AddTurn(_laptop);
        await _laptop.ReportAsync(Session);

        AssertEachCountsOnce();
    }

    [Fact]
    public async Task TranscriptThatASyncToolDeliversLate_CountsOnceItIsThere()
    {
        AddTurn(_laptop);
        // The session goes on here, and its event comes before the file does.
        await _server.ReportAsync(Session);
        Assert.Equal(0, Requests());
        _server.Copy(_laptop, Session);
        AddTurn(_server);
        AddTurn(_laptop);
        await _server.ReportAsync(Session);
        // Then the sync tool brings an older state, and at last the other machine's.
        await _laptop.ReportAsync(Session);
        _server.Copy(_laptop, Session);
        await _server.ReportAsync(Session);

        AssertEachCountsOnce();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task ClockThatIsAnHourOff_CountsOnce_AndNeverInTheFuture(int minutes)
    {
        var now = DateTimeOffset.UtcNow;
        _laptop.AddTurn(Session, now.AddMinutes(minutes), output: ++_turns);
        _server.Copy(_laptop, Session);

        await _laptop.ReportAsync(Session);
        await _server.ReportAsync(Session);

        AssertEachCountsOnce();
        var at = _receiver.Query("SELECT at FROM requests", 1)[0];
        Assert.True(at <= DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.True(minutes > 0 || at == now.AddMinutes(minutes).AddSeconds(2).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task TranscriptThatIsDeletedBeforeItWasAcknowledged_IsNotLost()
    {
        _receiver.Kill();
        AddTurn(_laptop);
        AddTurn(_laptop);
        _laptop.Spool(Session);
        await _laptop.DeliverAsync();
        File.Delete(_laptop.Transcript(Session));

        await _receiver.StartAsync();
        AddTurn(_laptop, "another");
        await _laptop.ReportAsync("another");

        AssertEachCountsOnce();
    }

    private void AddTurn(Machine machine, string session = Session)
    {
        machine.AddTurn(session, _start.AddMinutes(61 * _turns), output: ++_turns);
    }

    /// <summary>Writes a fork as clients do: all rows of the parent, in the new session. Newer clients say which session made a request.</summary>
    private static void Fork(Machine from, string parent, Machine to, string fork, bool namesItsParent)
    {
        foreach (var line in File.ReadLines(from.Transcript(parent)))
        {
            var row = JsonNode.Parse(line)!;
            if (namesItsParent && row["requestId"] is not null && row["requestSessionId"] is null)
            {
                row["requestSessionId"] = row["sessionId"]!.GetValue<string>();
            }

            row["sessionId"] = fork;
            File.AppendAllText(to.Transcript(fork), row.ToJsonString() + "\n");
        }
    }

    private static string RequestsOf(string session) =>
        $"(SELECT count(*) FROM requests r JOIN sessions s ON s.user_id = r.user_id AND s.session_key = r.session_key WHERE s.session_id = '{session}')";

    private long Requests() => _receiver.Query("SELECT count(*) FROM requests", 1)[0];

    /// <summary>Output tokens tell turns apart: 1, 2, 3, … in the order in which they were made.</summary>
    private void AssertEachCountsOnce()
    {
        var output = _turns * (_turns + 1L) / 2;
        Assert.Equal(
            [_turns, _turns, output, output, output, output],
            _receiver.Query("""
                SELECT (SELECT count(*) FROM turns), (SELECT count(DISTINCT output_tokens) FROM requests), (SELECT sum(output_tokens) FROM requests),
                       (SELECT sum(output_tokens) FROM usage_hours), (SELECT sum(output_tokens) FROM usage_days), (SELECT sum(output_tokens) FROM turn_models)
                """, 6));
        Assert.Equal(0, _receiver.Query("""
            SELECT count(*) FROM requests r
            WHERE r.output_tokens <> (SELECT CAST(coalesce(sum(h.output_tokens), 0) AS bigint) FROM usage_hours h WHERE h.user_id = r.user_id AND h.slot = r.at / 3600000 * 4)
            """, 1)[0]);
    }
}
