using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

/// <summary><c>kill -9</c> of deliver at every step of its work.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Faults =>
        [.. Fault.All.Concat([$"{Fault.Posting}:2", $"{Fault.Acknowledged}:2", $"{Fault.Committed}:2", $"{Fault.QueueSaved}:2", $"{Fault.QueueTrimmed}:2", $"{Fault.Scanned}:3"])];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Deliver_KilledAtAnyStep_AllTurnsArriveAndNoneTwice(string fault)
    {
        await using var receiver = await StubReceiver.StartAsync();
        using var machine = new Machine(receiver.Address);
        var start = DateTimeOffset.UtcNow.AddHours(-2);
        for (var i = 0; i < 260; i++)
        {
            machine.AddTurn("long", start.AddSeconds(i), output: i + 1);
        }

        machine.AddTurn("short-1", start, output: 11);
        machine.AddTurn("short-2", start, output: 22);
        foreach (var session in new[] { "short-1", "long", "short-2" })
        {
            machine.Spool(session);
        }

        var killed = await machine.DeliverAsync(fault);
        Assert.Equal(137, killed.ExitCode);
        machine.Spool("long");
        var finished = await machine.DeliverAsync();

        Assert.Equal(0, finished.ExitCode);
        var turns = receiver.Turns;
        Assert.Equal(262, turns.Count);
        Assert.Equal((260 * 261 / 2) + 33, turns.Values.Sum(turn => turn.Models[Machine.Model].OutputTokens));
        Assert.False(File.Exists(machine.State.Queue));
        Assert.Empty(new SpoolFile(machine.State.Spool).Read().Events);
        Assert.Single(receiver.Keys);
    }
}
