using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary>Returning renewed logins when answers are lost: a login that the receiver accepted without the agent's knowledge must not make the next one look foreign.</summary>
public sealed class LoginReturnTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Renewed_AgainAfterAnAnswerThatWasLost_IsTaken(bool takenOut)
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        await StartAsync(fleet, machine);
        var killed = machine.Agent(Fault.RenewedReturned);
        await Wait.UntilAsync(() => machine.FingerprintIs("work") && fleet.Confirmed.Count == 1, "the swap");
        fleet.Newest = FleetMachine.Fingerprint("work");
        machine.WriteLogin(FleetMachine.Login("work-2"));
        await killed.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);

        Assert.Equal(FleetMachine.Fingerprint("work-2"), fleet.Newest);
        machine.WriteLogin(FleetMachine.Login("work-3"));
        if (takenOut)
        {
            fleet.Issue(fleet.Swap("other", FleetMachine.Login("other", whole: false), replaces: FleetMachine.Fingerprint("work-3")));
        }

        machine.Agent();

        await Wait.UntilAsync(() => fleet.Newest == FleetMachine.Fingerprint("work-3"), "the login after the one whose answer was lost");
        var (credential, _) = fleet.Returned.Last();
        Assert.Equal((FleetMachine.Fingerprint("work-2"), takenOut), (credential.Replaces, credential.HandedBack));
        Assert.False(File.Exists(machine.Fleet.OwnLogin) || File.Exists(machine.Fleet.RefusedLogin));
    }

    [Fact]
    public async Task Renewed_ButItsAccessTokenIsDead_IsReturnedOnceTheClientHasRenewedItAgain()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        await StartAsync(fleet, machine);
        machine.Agent();
        await Wait.UntilAsync(() => machine.FingerprintIs("work") && fleet.Confirmed.Count == 1, "the swap");
        fleet.RefusesLogins = (403, ErrorCodes.CredentialDead);
        machine.WriteLogin(FleetMachine.Login("work-2"));
        var told = fleet.Heartbeats.Count;
        await Wait.UntilAsync(() => fleet.Heartbeats.Count > told + 2, "some more heartbeats");

        fleet.RefusesLogins = null;
        machine.WriteLogin(FleetMachine.Login("work-3"));

        await Wait.UntilAsync(() => !fleet.Returned.IsEmpty, "the renewed login");
        var (credential, login) = fleet.Returned.Single();
        Assert.Equal((FleetMachine.Fingerprint("work"), FleetMachine.Fingerprint("work-3")), (credential.Replaces, CredentialFingerprint.Of(login)));
        Assert.DoesNotContain("is not the fleet's", machine.Logs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewed_AndDeadWhenTheLastSessionEnds_StaysForTheClient()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.Machine.Environment["CCFLUX_GRACE_SECS"] = "1";
        await StartAsync(fleet, machine);
        var agent = machine.Agent();
        await Wait.UntilAsync(() => machine.FingerprintIs("work") && fleet.Confirmed.Count == 1, "the swap");
        fleet.RefusesLogins = (403, ErrorCodes.CredentialDead);
        machine.WriteLogin(FleetMachine.Login("work-2"));

        File.Delete(machine.Fleet.SessionFile("s1"));

        await agent.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);
        Assert.Equal(FleetMachine.Fingerprint("work-2"), machine.FingerprintOfFile());
        Assert.False(File.Exists(machine.Fleet.Backup) || File.Exists(machine.Fleet.RefusedLogin));
    }

    /// <summary>A session, an enrolled agent that is not running yet, and a swap that waits for it.</summary>
    private static async Task StartAsync(StubFleet fleet, FleetMachine machine)
    {
        await machine.HookAsync(machine.Client(), "s1", "SessionStart"); // not enrolled yet, so it starts no agent
        await machine.EnrolAsync(fleet);
        fleet.Issue(fleet.Swap("work", FleetMachine.Login("work")));
    }
}
