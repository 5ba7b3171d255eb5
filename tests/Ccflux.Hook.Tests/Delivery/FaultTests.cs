using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

/// <summary><c>kill -9</c> of deliver at every step of its work.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Faults =>
        [.. Fault.All.Concat([$"{Fault.Posting}:2", $"{Fault.Acknowledged}:2", $"{Fault.Committed}:2", $"{Fault.OutboxSaved}:2", $"{Fault.OutboxTrimmed}:2", $"{Fault.Scanned}:3"])];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Deliver_KilledAtAnyStep_EverythingArrives(string fault)
    {
        await using var receiver = await StubReceiver.StartAsync();
        using var machine = new Machine(receiver.Address);
        var start = DateTimeOffset.UtcNow.AddHours(-2);
        for (var i = 0; i < 700; i++)
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
        Assert.Equal((702, 702), (receiver.Stored.Count, receiver.Turns.Count));
        Assert.Equal((700 * 701 / 2) + 33, receiver.Outputs().Sum());
        Assert.False(File.Exists(machine.State.Outbox));
        Assert.False(File.Exists(machine.State.OutboxSent));
        Assert.Empty(new SpoolFile(machine.State.Spool).Read().Events);
        Assert.Single(receiver.Keys);
    }
}
