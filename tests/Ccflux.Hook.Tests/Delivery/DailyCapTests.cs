using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

/// <summary>The receiver accepts a limited number of new sessions per user and day.</summary>
public sealed class DailyCapTests : IAsyncLifetime
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
    public async Task Backfill_BeyondTheCap_SendsWhatFitsAndTheRestFollowsByItself()
    {
        _receiver.MaxSessions = 7;
        AddOldSessions(20);

        var first = await _machine.RunAsync("backfill");
        var sent = Sessions();
        var requests = _receiver.Requests.Count(request => request.Route is "/report");
        var status = await _machine.RunAsync("status");

        Assert.Equal((1, 7), (first.ExitCode, sent.Length));
        Assert.StartsWith("7 turns acknowledged. The receiver accepts no more new sessions from you today; 13 sessions are left.", first.Output, StringComparison.Ordinal);
        Assert.InRange(requests, 1, 12); // by halving, not one by one
        Assert.Contains("Daily cap    reached", status.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.State.RetryAt));

        // A turn of a session that the receiver knows is sent the same day, and nothing else is requested.
        _machine.AddTurn(sent[0], DateTimeOffset.UtcNow.AddMinutes(-2), output: 777);
        _machine.Spool(sent[0]);
        await _machine.DeliverAsync();

        Assert.Equal(777, _receiver.Turns[(sent[0], 1)].Models[Machine.Model].OutputTokens);
        Assert.Equal(requests + 1, _receiver.Requests.Count(request => request.Route is "/report"));

        // The next day: the first event, whichever it is, sends the rest.
        _receiver.MaxSessions = int.MaxValue;
        RestIsOver();
        _machine.Spool(sent[0]);
        await _machine.DeliverAsync();

        Assert.Equal(20, Sessions().Length);
        Assert.False(File.Exists(_machine.State.DailyCap));
        Assert.False(File.Exists(_machine.State.Queue));
    }

    [Fact]
    public async Task Backfill_RunAgainAfterTheCapWasRaised_AsksAnew()
    {
        _receiver.MaxSessions = 2;
        AddOldSessions(5);
        await _machine.RunAsync("backfill");

        _receiver.MaxSessions = 100;
        var second = await _machine.RunAsync("backfill");

        Assert.Equal("3 turns acknowledged. Everything on this machine has been reported.\n", second.Output);
        Assert.Equal(5, Sessions().Length);
        Assert.False(File.Exists(_machine.State.DailyCap));
    }

    [Fact]
    public async Task LiveTurns_OfANewSessionBeyondTheCap_WaitInTheQueueAndHoldUpNobody()
    {
        _receiver.MaxSessions = 1;
        _machine.AddTurn("known", s_start);
        _machine.Spool("known");
        await _machine.DeliverAsync();

        _machine.AddTurn("new", DateTimeOffset.UtcNow.AddMinutes(-3));
        _machine.Spool("new");
        await _machine.DeliverAsync();
        _machine.AddTurn("known", DateTimeOffset.UtcNow.AddMinutes(-2));
        _machine.Spool("known");
        await _machine.DeliverAsync();

        Assert.Equal(["known"], Sessions());
        Assert.Equal(2, _receiver.Turns.Count);
        Assert.Contains("\"new\"", Assert.Single(File.ReadAllLines(_machine.State.Queue)), StringComparison.Ordinal);

        _receiver.MaxSessions = 2;
        RestIsOver();
        _machine.Spool("known");
        await _machine.DeliverAsync();

        Assert.Equal(["known", "new"], Sessions());
        Assert.False(File.Exists(_machine.State.Queue));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("""{"until":"2999-01-01T00:00:00+00:00","everything":true}""")]
    public void Load_NoteThatIsNotBelieved_LetsNewSessionsThrough(string text)
    {
        _machine.State.Create();
        File.WriteAllText(_machine.State.DailyCap, text);

        Assert.Null(SessionCap.Load(_machine.State, TimeProvider.System).Until);
    }

    private void AddOldSessions(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var session = string.Create(CultureInfo.InvariantCulture, $"old{i:00}");
            _machine.AddTurn(session, s_start.AddMinutes(i));
            File.SetLastWriteTimeUtc(_machine.Transcript(session), s_start.UtcDateTime); // before this machine had a key
        }
    }

    private string[] Sessions() => [.. _receiver.Turns.Keys.Select(key => key.Session).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Simulates a later time: the note's time is set back.</summary>
    private void RestIsOver()
    {
        var note = JsonSerializer.Deserialize(File.ReadAllBytes(_machine.State.DailyCap), StateJson.Default.CapNote)!;
        File.WriteAllText(_machine.State.DailyCap, JsonSerializer.Serialize(note with { Until = DateTimeOffset.UtcNow.AddMinutes(-1) }, StateJson.Default.CapNote), new UTF8Encoding(false));
    }
}
