using System.Net;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Simulator;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What bounds heartbeats: their number, and each only once, also across restarts.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public async Task Heartbeats_MoreThanAnAgentNeeds_WaitAsTheAnswerSaysAndHinderNobodyElse()
    {
        await using var rig = await FleetRig.StartAsync();
        using var busy = await rig.EnrolAsync("build-1");
        using var other = await rig.EnrolAsync("build-2");
        for (var i = 0; i < HeartbeatEndpoint.PerMinute; i++)
        {
            await TakenAsync(busy);
        }

        using var refused = await busy.PostAsync(Routes.Heartbeat, busy.HeartbeatBody());
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        await Wire.AssertRefusedAsync(refused, 429, ErrorCodes.RateLimited);
        await TakenAsync(other);

        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await TakenAsync(busy);
        using var again = await busy.PostAsync(Routes.Heartbeat, busy.HeartbeatBody());
        Assert.Equal(HttpStatusCode.TooManyRequests, again.StatusCode);
    }

    [Fact]
    public async Task Heartbeat_SentTwice_IsRefusedAndRecorded()
    {
        await using var rig = await FleetRig.StartAsync(accounts: 1);
        using var agent = await rig.EnrolAsync();
        var heartbeat = agent.HeartbeatBody();

        using var first = await agent.PostAsync(Routes.Heartbeat, heartbeat);

        Assert.Equal("""{"commands":[],"next_seconds":5}""", await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await Wire.AssertRefusedAsync(await agent.PostAsync(Routes.Heartbeat, heartbeat), 409, ErrorCodes.Replayed);
        Assert.Contains($"{agent.Id} replayed", (await rig.RefusalsAsync()).Select(row => $"{row.AgentId} {row.Outcome}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(240)] // a clock that is ahead, within the tolerance of a signature
    public async Task Heartbeat_RecordedAndSentAgainAfterACrash_IsRefused(int ahead)
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync("build-1");
        await TakenAsync(agent);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        var (recorded, signedAt) = (agent.HeartbeatBody(), rig.Time.GetUtcNow().AddSeconds(ahead));
        using (var taken = await agent.PostAsync(Routes.Heartbeat, recorded, signedAt: signedAt))
        {
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.RestartAsync();
        agent.Address = rig.Receiver.Address;
        rig.Execute("UPDATE fleet_agents SET sequence = 1"); // a killed process writes nothing more

        await Wire.AssertRefusedAsync(await agent.PostAsync(Routes.Heartbeat, recorded, signedAt: signedAt), 403, ErrorCodes.TimestampStale);
        Assert.DoesNotContain(await rig.AuditAsync(), row => row.Action == "authenticate"); // an honest agent may run into this, too
        rig.Time.Advance(TimeSpan.FromSeconds(ahead + 31));
        await TakenAsync(agent);
        await Wire.AssertRefusedAsync(await agent.PostAsync(Routes.Heartbeat, recorded, signedAt: signedAt), 409, ErrorCodes.Replayed);
    }

    [Fact]
    public async Task Sequence_ThatIsNotNewer_IsAReplay()
    {
        await using var rig = await FleetRig.StartAsync();
        var sequences = new HeartbeatSequences(rig.Receiver.Service<GroupCommitWriter>(), rig.Time);
        var agent = new EnrolledAgent("a", "m", "key", "seal", IsRevoked: false, Sequence: 10, SignedUntil: null, new AgentReport(null, HasSessions: false, Login: null, "1", "p"));
        var now = rig.Time.GetUtcNow();

        Assert.Equal(SequenceVerdict.BeforeStart, await sequences.AdvanceAsync(agent, 11, now.AddSeconds(-1)));
        Assert.Equal(SequenceVerdict.BeforeStart, await sequences.AdvanceAsync(agent with { SignedUntil = now }, 11, now));
        Assert.Equal(SequenceVerdict.Replayed, await sequences.AdvanceAsync(agent, 10, now));
        Assert.Equal(SequenceVerdict.Newer, await sequences.AdvanceAsync(agent, 11, now));
        Assert.Equal(SequenceVerdict.Replayed, await sequences.AdvanceAsync(agent, 11, now));
        Assert.Equal(SequenceVerdict.Newer, await sequences.AdvanceAsync(agent, 12, now.AddSeconds(-30)));
        Assert.Equal(SequenceVerdict.Newer, await sequences.AdvanceAsync(agent with { SigningKey = "new", Sequence = 0 }, 1, now.AddSeconds(-30)));
    }

    private static async Task TakenAsync(SimulatedAgent agent)
    {
        using var answer = await agent.PostAsync(Routes.Heartbeat, agent.HeartbeatBody());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
