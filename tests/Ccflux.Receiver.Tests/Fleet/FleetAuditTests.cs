using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What a person does to the fleet, in the log of rotation and in the audit log.</summary>
public sealed class FleetAuditTests
{
    private static readonly Actor s_admin = Actor.BreakGlass("admin", "127.0.0.1");

    [Fact]
    public async Task Changes_OfRotation_StandInBothLogsWithWhoMadeThem()
    {
        await using var stage = await RotationStage.StartAsync();
        var id = stage.Agent.Id;

        Assert.Null(await stage.Controls.PauseAsync(paused: true, s_admin));
        Assert.Null(await stage.Controls.PauseAsync(paused: false, s_admin));
        Assert.Null(await stage.Controls.RequestAsync(id, stage.Second, s_admin));
        Assert.Null(await stage.Controls.ReleaseAsync(id, s_admin));
        Assert.Null(await stage.Controls.ReleaseAsync(id, s_admin)); // nothing is requested any more
        Assert.Null(await stage.Controls.PinAsync(new Pin(PinScope.Machine, "build-1", stage.First, PinMode.Strict), s_admin));
        Assert.Null(await stage.Controls.UnpinAsync(PinScope.Machine, "build-1", s_admin));

        Assert.Equal(
            [
                "fleet.pause  ", "fleet.resume  ", "fleet.switch seat 2 build-1", "fleet.release build-1 ",
                "fleet.pin seat 1 machine strict build-1", "fleet.unpin  machine build-1",
            ],
            (await LinesAsync(stage)).Where(line => line.Actor == "admin").Select(line => $"{line.Action} {line.Target} {line.Detail}"));
        Assert.Equal(
            [
                "rotation_paused admin {}", "rotation_resumed admin {}", "switch_requested admin {}", "request_released admin {}",
                """pinned machine strict build-1 {"by":"admin"}""", """unpinned machine build-1 {"by":"admin"}""",
            ],
            (await stage.AllEventsAsync()).Select(happened => $"{happened.Kind} {happened.Reason} {happened.Figures}"));
    }

    [Fact]
    public async Task Changes_OfAccountsAndAgents_StandInTheAdminsLogWithoutFingerprints()
    {
        await using var stage = await RotationStage.StartAsync();
        var fingerprint = (await stage.Rig.FactsAsync(stage.Second)).Fingerprint;

        Assert.Null(await stage.Rig.Receiver.Service<AccountEdit>().SaveAsync(stage.First, new AccountDetails("work", "", "max", null, 70, null), s_admin));
        await stage.Rig.Commands.IssueAsync(stage.Agent.Id, stage.Second, allowCopy: false, s_admin);
        await stage.Rig.Receiver.Service<AgentStore>().GrantAsync(stage.Agent.Id, stage.First, granted: false, s_admin);
        Assert.Null(await stage.Rig.Receiver.Service<AccountEdit>().RemoveAsync(stage.First, s_admin));

        var lines = await LinesAsync(stage);
        Assert.Equal(
            [
                "fleet.import seat 1 vault only", "fleet.import seat 2 vault only", "fleet.code  build-1", "fleet.grant seat 1 build-1", "fleet.grant seat 2 build-1",
                "fleet.edit work label was seat 1, email, plan, five_hour_ceiling default to 70", "fleet.seal seat 2 build-1, full login", "fleet.grant work build-1, withdrawn",
                "fleet.remove  work",
            ],
            lines.Select(line => $"{line.Action} {line.Target} {line.Detail}"));
        Assert.DoesNotContain(lines, line => (line.Target + line.Detail).Contains(fingerprint, StringComparison.Ordinal));
        Assert.All(lines.Skip(5), line => Assert.Equal(("admin", "127.0.0.1"), (line.Actor, line.Address)));
    }

    [Fact]
    public async Task Accesses_OfEveryoneButAgentsAndTheReceiver_StandInTheAuditLogToo()
    {
        await using var stage = await RotationStage.StartAsync();
        Actor[] people =
        [
            s_admin, Actor.Cli, new(ActorKind.Person, "17", "amara@example.org", "127.0.0.1"), new(ActorKind.ApiKey, "3", "nightly export", "127.0.0.1"),
        ];
        Actor[] others = [FleetActor.Switcher, Actor.System, Actor.Agent(stage.Agent.Id, "127.0.0.1")];
        var before = (await LinesAsync(stage)).Count;

        await stage.Rig.Receiver.Service<GroupCommitWriter>().WriteAsync(session =>
        {
            foreach (var actor in people.Concat(others))
            {
                FleetAudit.Write(session, stage.Rig.Time.GetUtcNow(), new FleetAccess(actor, FleetAction.Edit, FleetAccess.Done, stage.First));
            }

            return true;
        });

        Assert.Equal(["admin", "cli", "amara@example.org", "nightly export"], (await LinesAsync(stage)).Skip(before).Select(line => line.Actor));
    }

    private static async Task<IReadOnlyList<AuditLine>> LinesAsync(RotationStage stage) =>
        [.. (await stage.Rig.Receiver.Service<AuditLog>().ReadAsync(100, long.MaxValue, TestContext.Current.CancellationToken)).Where(line => line.Action.StartsWith("fleet.", StringComparison.Ordinal)).Reverse()];
}
