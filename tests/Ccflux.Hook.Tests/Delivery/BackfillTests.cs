using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

/// <summary>History has an allowance of its own: what exceeds it waits, and what happens now does not.</summary>
public sealed class BackfillTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddDays(-1);

    private StubReceiver _receiver = null!;
    private Machine _machine = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await StubReceiver.StartAsync();
        _machine = new Machine(_receiver.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _machine.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task BeyondTheAllowance_TheRestFollowsByItself_AndLiveReportsGoOn()
    {
        _receiver.MaxHistory = 450;
        AddOldSessions(20, turns: 40);

        var first = await _machine.RunAsync("backfill");
        var status = await _machine.RunAsync("status");

        Assert.Equal(1, first.ExitCode);
        Assert.InRange(_receiver.Stored.Count, 1, 450);
        Assert.StartsWith($"{_receiver.Stored.Count} requests acknowledged. The receiver accepts no more history from you for now;", first.Output, StringComparison.Ordinal);
        Assert.Contains("Backfill     goes on with the first event after", status.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.State.RetryAt));
        var (stored, reports) = (_receiver.Stored.Count, _receiver.Reports);

        _machine.AddTurn("live", DateTimeOffset.UtcNow.AddMinutes(-2), output: 777);
        _machine.Spool("live");
        await _machine.DeliverAsync();
        Assert.Equal([777], _receiver.Outputs("live"));
        Assert.Equal((stored + 1, reports + 1), (_receiver.Stored.Count, _receiver.Reports));

        _receiver.MaxHistory = int.MaxValue;
        RestIsOver();
        _machine.Spool("live");
        await _machine.DeliverAsync();

        Assert.Equal(801, _receiver.Stored.Count);
        Assert.False(File.Exists(_machine.State.Backfill));
    }

    [Fact]
    public async Task RunAgainAfterTheAllowanceGrew_AsksAnew()
    {
        _receiver.MaxHistory = 2;
        AddOldSessions(5, turns: 1);
        await _machine.RunAsync("backfill");
        Assert.Empty(_receiver.Stored);

        _receiver.MaxHistory = 100;
        var second = await _machine.RunAsync("backfill");

        Assert.Equal("5 requests acknowledged. Everything on this machine has been reported.\n", second.Output);
        Assert.Equal(5, _receiver.Stored.Count);
        Assert.False(File.Exists(_machine.State.Backfill));
    }

    [Fact]
    public async Task SessionsReportedLive_AreNotSentAgain()
    {
        AddOldSessions(1, turns: 1);
        _machine.AddTurn("live", s_start);
        _machine.Spool("live");
        await _machine.DeliverAsync();

        var result = await _machine.RunAsync("backfill");

        Assert.StartsWith("1 request acknowledged.", result.Output, StringComparison.Ordinal);
        Assert.Equal([false, true], _receiver.Stored.Values.OrderBy(stored => stored.Session, StringComparer.Ordinal).Select(stored => stored.Backfill));
    }

    [Fact]
    public async Task Since_LeavesOlderTranscripts()
    {
        AddOldSessions(3, turns: 1);
        File.SetLastWriteTimeUtc(_machine.Transcript("old01"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await _machine.RunAsync("backfill", "--since", "2026-01-02");

        Assert.Equal(["old00", "old02"], _receiver.Stored.Values.Select(stored => stored.Session).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task StoreReplaced_SendsHistoryAgainAsHistory()
    {
        AddOldSessions(2, turns: 1);
        await _machine.RunAsync("backfill");
        _receiver.LoseEverything("store-2");
        _machine.AddTurn("live", s_start);
        _machine.Spool("live");
        await _machine.DeliverAsync();

        Assert.Equal(["live", "old00", "old01"], _receiver.Stored.Values.Select(stored => stored.Session).Order(StringComparer.Ordinal));
        Assert.Equal(2, _receiver.Stored.Values.Count(stored => stored.Backfill));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    public void NoteThatIsDamaged_IsNone(string text)
    {
        _machine.State.Create();
        File.WriteAllText(_machine.State.Backfill, text);

        Assert.Null(BackfillNote.Read(_machine.State));
    }

    private void AddOldSessions(int count, int turns)
    {
        for (var i = 0; i < count; i++)
        {
            for (var turn = 0; turn < turns; turn++)
            {
                _machine.AddTurn(string.Create(CultureInfo.InvariantCulture, $"old{i:00}"), s_start.AddSeconds((i * 600) + (turn * 10)));
            }
        }
    }

    /// <summary>Simulates a later time: the note's time is set back.</summary>
    private void RestIsOver()
    {
        var note = BackfillNote.Read(_machine.State)! with { Until = DateTimeOffset.UtcNow.AddMinutes(-1) };
        File.WriteAllText(_machine.State.Backfill, JsonSerializer.Serialize(note, StateJson.Default.BackfillNote), new UTF8Encoding(false));
    }
}
