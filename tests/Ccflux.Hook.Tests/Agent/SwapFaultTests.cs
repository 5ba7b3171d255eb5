using System.Diagnostics;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary><c>kill -9</c> of the agent at every step of a swap and of handing back. The login file is complete at every instant, no foreign content in it is lost, and no
/// full login is lost: it is in the file, in the backup, or at the receiver.</summary>
public sealed class SwapFaultTests
{
    public static TheoryData<string> Swaps => [.. Fault.OfSwaps];

    public static TheoryData<string> HandBacks =>
        [$"{Fault.SwapJournaled}:2", $"{Fault.LoginCopied}:2", $"{Fault.LoginReplaced}:2", $"{Fault.SwapNoted}:2", $"{Fault.LoginReturned}:2"];

    [Theory]
    [MemberData(nameof(Swaps))]
    public async Task Swap_KilledAtAnyStep_IsFinishedAtTheNextStart(string fault)
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.WriteLogin(FleetMachine.Login("own"));
        await machine.HookAsync(machine.Client(), "s1", "SessionStart"); // not enrolled yet, so it starts no agent
        await machine.EnrolAsync(fleet);
        var swap = fleet.Swap("work", FleetMachine.Login("work"), replaces: FleetMachine.Fingerprint("own"));
        fleet.Issue(swap);

        var killed = machine.Agent(fault);
        await EndedByFaultAsync(killed);
        AssertWhole(machine, "own", "work");
        AssertNothingLost(machine, fleet, "own");

        machine.Agent();
        await Wait.UntilAsync(() => fleet.Confirmed.Contains(swap.Id) && !File.Exists(machine.Fleet.Backup), "the swap and the login before it");
        Assert.Equal(FleetMachine.Fingerprint("work"), machine.FingerprintOfFile());
        AssertWhole(machine, "work");
        Assert.All(fleet.Returned, brought => Assert.Equal((FleetMachine.Fingerprint("own"), true), (CredentialFingerprint.Of(brought.Login), brought.Credential.HandedBack)));
        Assert.NotEmpty(fleet.Returned);
        AssertNothingLeft(machine);
    }

    [Theory]
    [MemberData(nameof(HandBacks))]
    public async Task HandingBack_KilledAtAnyStep_IsFinishedAtTheNextStart(string fault)
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.Machine.Environment["CCFLUX_GRACE_SECS"] = "1";
        machine.WriteLogin(FleetMachine.Login("own"));
        var client = machine.Client();
        await machine.HookAsync(client, "s1", "SessionStart");
        await machine.EnrolAsync(fleet);
        var swap = fleet.Swap("work", FleetMachine.Login("work"), replaces: FleetMachine.Fingerprint("own"));
        fleet.Issue(swap);
        var killed = machine.Agent(fault);
        await Wait.UntilAsync(() => fleet.Confirmed.Contains(swap.Id) && !File.Exists(machine.Fleet.Backup), "the swap");

        client.Kill();
        await EndedByFaultAsync(killed);
        AssertWhole(machine, "own", "work");
        AssertNothingLost(machine, fleet, "work");

        var again = machine.Agent();
        await again.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(FleetMachine.Fingerprint("work", whole: false), machine.FingerprintOfFile());
        Assert.Contains(fleet.Returned, brought => brought.Credential.HandedBack && CredentialFingerprint.Of(brought.Login) == FleetMachine.Fingerprint("work"));

        AssertNothingLeft(machine);
    }

    [Fact]
    public async Task Swap_WhileTheClientHoldsItsLocks_WaitsAndTakesOverOldOnes()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.WriteLogin(FleetMachine.Login("own"));
        await machine.HookAsync(machine.Client(), "s1", "SessionStart");
        await machine.EnrolAsync(fleet);
        var config = machine.Machine.State.ConfigDir;
        Directory.CreateDirectory(Path.Combine(config, ".oauth_refresh.lock"));
        var swap = fleet.Swap("work", FleetMachine.Login("work", whole: false), replaces: FleetMachine.Fingerprint("own"));
        fleet.Issue(swap);
        machine.Agent();
        await Wait.UntilAsync(() => File.Exists(machine.Fleet.LastHeartbeatFile) && File.ReadAllText(machine.Fleet.LastHeartbeatFile).Contains("the login is in use", StringComparison.Ordinal), "the swap to wait");
        Assert.Equal(FleetMachine.Fingerprint("own"), machine.FingerprintOfFile());

        // A live client touches the lock. This one was abandoned long ago.
        Directory.SetLastWriteTimeUtc(Path.Combine(config, ".oauth_refresh.lock"), DateTime.UnixEpoch);

        await Wait.UntilAsync(() => fleet.Confirmed.Contains(swap.Id) && !File.Exists(machine.Fleet.Backup), "the swap, and the login before it");
        Assert.Equal(FleetMachine.Fingerprint("work", whole: false), machine.FingerprintOfFile());
        AssertNothingLeft(machine);
    }

    private static async Task EndedByFaultAsync(Process agent)
    {
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);
        Assert.Equal(137, agent.ExitCode);
    }

    /// <summary>Asserts one of the logins, full or as a copy, and every foreign byte.</summary>
    private static void AssertWhole(FleetMachine machine, params string[] names)
    {
        var text = File.ReadAllText(machine.LoginPath);
        Assert.StartsWith(FleetMachine.ForeignKeys, text, StringComparison.Ordinal);
        Assert.Contains(names.SelectMany(name => new[] { FleetMachine.Login(name), FleetMachine.Login(name, whole: false) }), login => text.Contains(login, StringComparison.Ordinal));
        using var document = JsonDocument.Parse(text);
        Assert.True(FleetMachine.IsPrivate(machine.LoginPath));
    }

    private static void AssertNothingLost(FleetMachine machine, StubFleet fleet, string name)
    {
        var kept = File.ReadAllText(machine.LoginPath) + (File.Exists(machine.Fleet.Backup) ? File.ReadAllText(machine.Fleet.Backup) : "");
        Assert.True(
            kept.Contains($"rt-{name}", StringComparison.Ordinal) || fleet.Returned.Any(brought => CredentialFingerprint.Of(brought.Login) == FleetMachine.Fingerprint(name)),
            $"{name} stands nowhere");
    }

    private static void AssertNothingLeft(FleetMachine machine)
    {
        var config = machine.Machine.State.ConfigDir;
        Assert.False(File.Exists(machine.Fleet.Backup) || File.Exists(machine.Fleet.Journal));
        Assert.Empty(Directory.GetFileSystemEntries(config, "*.lock").Concat(Directory.GetFileSystemEntries(config, "*.new")));
        Assert.False(Directory.Exists(config + ".lock"));
    }
}
