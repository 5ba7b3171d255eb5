using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Simulator;
using Ccflux.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Fleet;

public sealed class SessionTests
{
    [Fact]
    public async Task Sessions_ByTheAgeOfTheirLastHeartbeat_AreLiveStaleAndGone()
    {
        await using var rig = await FleetRig.StartAsync();
        var sessions = rig.Receiver.Service<LiveSessions>();
        using var agent = await rig.EnrolAsync("build-1");

        await BeatAsync(agent, 3);
        Assert.Equal((Presence.Live, 3, "build-1"), (sessions.Read().Single().Presence, sessions.Count, sessions.Read().Single().Machine));
        await BeatAsync(agent, 2);
        Assert.Equal(["s1", "s2"], sessions.Read().Single().Sessions.Select(session => session.SessionId)); // the third is not reported any more

        rig.Time.Advance(SessionRule.StaleAfter);
        Assert.Equal(Presence.Stale, sessions.Read().Single().Presence);
        rig.Time.Advance(SessionRule.GoneAfter - SessionRule.StaleAfter - TimeSpan.FromSeconds(1));
        Assert.Equal(Presence.Stale, sessions.Read().Single().Presence);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(sessions.Read());

        // The sweep needs no request to run.
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        while (sessions.Count > 0)
        {
            rig.Time.Advance(SessionRule.SweepEvery);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    [Fact]
    public async Task Restart_WithSessions_KnowsThemAtOnceAndForgetsThemInTime()
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync("build-1");
        await BeatAsync(agent, 2, SessionState.Tool);

        await rig.RestartAsync();

        var seen = rig.Receiver.Service<LiveSessions>().Read().Single();
        Assert.Equal((agent.Id, 2, 2), (seen.AgentId, seen.Sessions.Count, seen.OpenCalls));
        rig.Time.Advance(SessionRule.GoneAfter);
        Assert.Empty(rig.Receiver.Service<LiveSessions>().Read());
    }

    [Fact]
    public async Task Sessions_BeyondWhatIsKept_AreNotTakenAndRoomComesBack()
    {
        await using var rig = await FleetRig.StartAsync();
        var sessions = new LiveSessions(new RotationWakeSignal(), rig.Receiver.Service<FleetMetrics>(), rig.Receiver.Service<IChangeFeed>(), rig.Time);
        for (var i = 0; i < (LiveSessions.Capacity / FleetLimits.MaxSessions) + 1; i++)
        {
            sessions.Note(Agent(i), Heartbeat(FleetLimits.MaxSessions));
        }

        Assert.Equal(LiveSessions.Capacity, sessions.Count);
        Assert.Equal(LiveSessions.Capacity, sessions.Read().Sum(seen => seen.Sessions.Count));
        sessions.Note(Agent(0), Heartbeat(0));
        sessions.Note(Agent(LiveSessions.Capacity), Heartbeat(FleetLimits.MaxSessions));
        Assert.Equal(LiveSessions.Capacity, sessions.Count);
    }

    [Fact]
    public async Task Changes_ManyASecond_AreToldOnce()
    {
        await using var rig = await FleetRig.StartAsync();
        var feed = new CountingFeed();
        var sessions = new LiveSessions(new RotationWakeSignal(), rig.Receiver.Service<FleetMetrics>(), feed, rig.Time);
        for (var i = 0; i < 100; i++)
        {
            sessions.Note(Agent(i), Heartbeat(1));
        }

        Assert.Equal(1, feed.Count);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        sessions.Sweep();
        Assert.Equal(2, feed.Count);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        sessions.Note(Agent(0), sessions.Read() is { Count: > 0 } ? Heartbeat(1) : Heartbeat(2)); // reports the same again
        Assert.Equal(2, feed.Count);
        rig.Time.Advance(SessionRule.StaleAfter);
        sessions.Sweep();
        Assert.Equal(3, feed.Count);
    }

    [Theory]
    [InlineData("sequence", "0", "sequence")]
    [InlineData("sessions", """[{"session_id":"","state":"idle","since":"2026-11-20T12:00:00Z"}]""", "sessions.session_id")]
    [InlineData("sessions", """[{"session_id":"s","state":"asleep","since":"2026-11-20T12:00:00Z"}]""", "sessions.state")]
    [InlineData("applied", "\"sk-ant-ort01-secret\"", "applied")]
    [InlineData("sessions", "[null]", "sessions")]
    [InlineData("sessions", "7", "malformed")]
    public async Task Heartbeat_ThatIsNone_IsRefusedByTheNameOfItsField(string field, string value, string named)
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync("build-1");
        var body = JsonSerializer.SerializeToNode(agent.Heartbeat(), FleetJson.Default.Heartbeat)!;
        body[field] = JsonNode.Parse(value);

        using var answer = await agent.PostAsync(Routes.Heartbeat, Encoding.UTF8.GetBytes(body.ToJsonString()));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(named, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal(0, rig.Receiver.Service<LiveSessions>().Count);
    }

    [Fact]
    public async Task SessionsOnACopy_OfALoginThatTheVaultHolds_GetTheWholeAgain()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        await BeatAsync(agent, 1);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        await BeatAsync(agent, 1);
        await BeatAsync(agent, 1);

        // Its last session ends: it hands back and leaves a copy.
        var whole = agent.Login!.DeepClone();
        agent.Login["refreshToken"] = "";
        using (var back = await agent.ReturnAsync(agent.Account!, agent.Given!, whole, handedBack: true))
        {
            Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        }

        await BeatAsync(agent, 0);
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);

        await BeatAsync(agent, 1);
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        while ((await rig.FactsAsync(account)).Holder == Holder.Vault)
        {
            rig.Time.Advance(SessionRule.SweepEvery);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
            await BeatAsync(agent, 1);
        }

        await BeatAsync(agent, 1);
        await BeatAsync(agent, 1);
        Assert.Equal(rig.Issuer.Accounts[0].RefreshToken, agent.Login!["refreshToken"]!.GetValue<string>());
    }

    private static async Task BeatAsync(SimulatedAgent agent, int sessions, string state = SessionState.Idle)
    {
        var heartbeat = agent.Heartbeat(sessions);
        heartbeat = heartbeat with { Sessions = [.. heartbeat.Sessions.Select(session => session with { State = state })] };
        using var answer = await agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(heartbeat, FleetJson.Default.Heartbeat));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        agent.Take(JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), FleetJson.Default.HeartbeatReply)!.Commands);
    }

    private static EnrolledAgent Agent(int number) => new($"a{number}", "build-1", "", "", IsRevoked: false, 0, null, new AgentReport(null, HasSessions: false, Login: null, "1", "p"));

    private static Heartbeat Heartbeat(int sessions) => new()
    {
        Sequence = 1,
        Agent = new AgentInfo { Version = "1.0.0", Platform = "linux-x86_64", Login = LoginPlace.File },
        Confirmed = [],
        Refused = [],
        Sessions = [.. Enumerable.Range(0, sessions).Select(i => new LiveSession { SessionId = $"s{i}", State = SessionState.Idle, Since = DateTimeOffset.UnixEpoch })],
    };

    private sealed class CountingFeed : IChangeFeed
    {
        public int Count { get; private set; }

        public void Publish(string topic) => Count++;
    }
}
