using System.Text.Json;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class PauseTests
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";

    [Fact]
    public async Task Pause_ThenResume_WhatIsBetweenIsNeverSentByAnyPath()
    {
        await using var receiver = await StubReceiver.StartAsync();
        using var machine = new Machine(receiver.Address);
        string[] dir = ["--config-dir", machine.State.ConfigDir];
        machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-5), output: 1);

        await machine.RunAsync(["pause", .. dir]);
        machine.AddTurn(Session, DateTimeOffset.UtcNow, output: 2);
        machine.Spool(Session);
        await machine.DeliverAsync();
        Assert.Empty(receiver.Requests);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // the turn's two seconds pass
        await machine.RunAsync(["resume", .. dir]);
        machine.AddTurn(Session, DateTimeOffset.UtcNow, output: 3);
        machine.Spool(Session);
        await Wait.UntilAsync(() => receiver.Stored.Count == 2 || machine.DeliverAsync().GetAwaiter().GetResult() is null, "both requests outside the pause arrive");
        await machine.RunAsync(["backfill", .. dir]);
        receiver.LoseEverything("store-2");
        machine.AddTurn(Session, DateTimeOffset.UtcNow, output: 4);
        machine.Spool(Session);
        await machine.DeliverAsync();
        var status = await machine.RunAsync(["status", "--json", .. dir]);

        Assert.Equal([1, 3, 4], receiver.Outputs());
        Assert.Equal(3, receiver.Turns.Count);
        var pause = Assert.Single(receiver.Pauses);
        Assert.All(receiver.Turns.Values, turn => Assert.True(turn.Ended < pause.From || turn.Started >= pause.Until));
        using var json = JsonDocument.Parse(status.Output);
        Assert.Equal("paused", Assert.Single(json.RootElement.GetProperty("paused_intervals").EnumerateArray()).GetProperty("reason").GetString());
        Assert.Equal("ok", json.RootElement.GetProperty("reachable").GetString());
        Assert.Equal(4, json.RootElement.GetProperty("last_payload").GetProperty("sessions")[0].GetProperty("requests")[0][7].GetInt32());
    }

    [Fact]
    public async Task Backfill_TwoTimes_SendsEverythingOnce()
    {
        await using var receiver = await StubReceiver.StartAsync();
        using var machine = new Machine(receiver.Address);
        for (var i = 0; i < 30; i++)
        {
            machine.AddTurn($"s{i}", DateTimeOffset.UtcNow.AddDays(-i));
        }

        var first = await machine.RunAsync("backfill", "--config-dir", machine.State.ConfigDir);
        var reports = receiver.Requests.Count;
        var second = await machine.RunAsync("backfill", "--config-dir", machine.State.ConfigDir);

        Assert.Equal("30 requests acknowledged. Everything on this machine has been reported.\n", first.Output);
        Assert.Equal("0 requests acknowledged. Everything on this machine has been reported.\n", second.Output);
        Assert.Equal(reports, receiver.Requests.Count);
        Assert.Equal(30, receiver.Stored.Count);
        Assert.All(receiver.Stored.Values, stored => Assert.True(stored.Backfill));
    }

    [Theory]
    [InlineData("http://example.org", "not encrypted")]
    [InlineData("ftp://example.org", "not a web URL")]
    [InlineData("https://user:pass@example.org", "plain URL")]
    public async Task Status_EndpointNotAllowed_SaysWhy(string endpoint, string expected)
    {
        using var machine = new Machine(endpoint);

        var result = await machine.RunAsync("status", "--config-dir", machine.State.ConfigDir);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }
}
