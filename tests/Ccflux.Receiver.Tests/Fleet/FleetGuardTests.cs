using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Storage.Writing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What someone with few rights, or none, cannot do to the fleet: take over an agent, push out the record, block an account.</summary>
public sealed class FleetGuardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_ForANewAgent_NeverTouchesOneThatIsThere()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var victim = await rig.EnrolAsync("build-1", account);
        await rig.BeatAsync(victim);
        using var attacker = new SimulatedAgent(rig.Receiver.Address, "BUILD-1", rig.Time) { ConfigDirId = victim.ConfigDirId };

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await attacker.EnrolAsync((await rig.Receiver.Service<AgentStore>().NewCodeAsync("build-1", Actor.Cli))!);

        Assert.NotEqual(victim.Id, attacker.Id);
        using var beat = await victim.PostAsync(Routes.Heartbeat, victim.HeartbeatBody());
        Assert.Equal(HttpStatusCode.OK, beat.StatusCode);
        Assert.Equal(IssueOutcome.NotGranted, (await rig.Commands.IssueAsync(attacker.Id, account, allowCopy: true, Actor.Cli)).Outcome);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(victim.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        var rows = (await rig.Receiver.Service<BoardQuery>().ReadAsync(DataScope.Everybody, Cancellation)).Agents;
        Assert.Equal([(victim.Id, AgentConnection.Online), (attacker.Id, AgentConnection.Never)], rows.Select(row => (row.Id, row.State)).OrderBy(row => row.State));

        // Once it is silent, the newer one is displayed in its place, but does not replace it in any other way.
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        rows = (await rig.Receiver.Service<BoardQuery>().ReadAsync(DataScope.Everybody, Cancellation)).Agents;
        Assert.Equal(AgentConnection.Replaced, rows.Single(row => row.Id == victim.Id).State);
        Assert.Equal(["seat 1"], rows.Single(row => row.Id == victim.Id).Granted);
    }

    [Fact]
    public async Task Code_ThatNamesAnAgent_GivesItNewKeysAndEndsWhatItWasGranted()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var former = await rig.EnrolAsync("build-1", account);
        using var again = new SimulatedAgent(rig.Receiver.Address, "build-1", rig.Time);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(former.Id, account, allowCopy: false, Actor.Cli)).Outcome);

        await again.EnrolAsync((await rig.Receiver.Service<AgentStore>().NewCodeForAsync(former.Id, Actor.Cli))!);

        Assert.Equal(former.Id, again.Id);
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);
        await ExpectAsync(ErrorCodes.AgentUnknown, former.ReturnAsync("x", "0123456789ab", new JsonObject(), handedBack: true));
        await rig.BeatAsync(again);
        Assert.Equal(IssueOutcome.NotGranted, (await rig.Commands.IssueAsync(again.Id, account, allowCopy: true, Actor.Cli)).Outcome);
        Assert.Null(await rig.Receiver.Service<AgentStore>().NewCodeForAsync("nobody", Actor.Cli));
    }

    [Fact]
    public async Task Revocation_EndsWhatWasGrantedAndEnrolmentDoesNotBringItBack()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        var book = rig.Receiver.Service<AgentStore>();

        Assert.True(await book.RevokeAsync(agent.Id, Actor.Cli));
        Assert.Empty(Assert.Single(await book.AllAsync(Cancellation)).Granted);
        await ExpectAsync(ErrorCodes.AgentRevoked, agent.ReturnAsync("x", "0123456789ab", new JsonObject(), handedBack: true));
        await agent.EnrolAsync((await book.NewCodeForAsync(agent.Id, Actor.Cli))!);

        var back = Assert.Single(await book.AllAsync(Cancellation));
        Assert.Null(back.RevokedAt);
        Assert.Empty(back.Granted);
    }

    [Fact]
    public async Task Code_IsUsedOnce_WhicheverReceiverComesFirst()
    {
        await using var rig = await FleetRig.StartAsync();
        await rig.Receiver.Service<AgentStore>().NewCodeAsync("build-1", Actor.Cli);

        var used = await WriteAsync(rig, session =>
        {
            byte[] hash;
            using (var rows = session.Query("SELECT code_hash FROM fleet_codes"))
            {
                Assert.True(rows.Read());
                hash = rows.Blob(0);
            }

            return (session.Execute(AgentSql.UseCode, ("now", 1), ("hash", hash)), session.Execute(AgentSql.UseCode, ("now", 2), ("hash", hash)));
        });

        Assert.Equal((1, 0), used);
    }

    [Fact]
    public async Task ConfigDirId_IsShownToNobodyWhoReadsPages()
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync();
        await rig.BeatAsync(agent);

        foreach (var path in new[] { "/admin/fleet", "/api/v1/fleet/agents", "/api/v1/fleet/sessions", "/api/v1/fleet/decisions" })
        {
            using var answer = await rig.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain(agent.ConfigDirId, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Refusals_OfStrangers_AreCountedByTheHourAndQuoteTheirWords()
    {
        await using var rig = await FleetRig.StartAsync();
        using var stranger = new SimulatedAgent(rig.Receiver.Address, "Account \"work\" was removed by admin", rig.Time);
        var before = (await rig.AuditAsync()).Count;

        for (var i = 0; i < 40; i++)
        {
            await ExpectAsync(ErrorCodes.CodeInvalid, stranger.PostEnrolmentAsync("fcode_00000000000000000000000000000000"));
        }

        Assert.Equal(before, (await rig.AuditAsync()).Count);
        var counted = Assert.Single(await rig.RefusalsAsync());
        Assert.Equal(("anonymous", "enrol", ErrorCodes.CodeInvalid, 30L, "machine \"Account 'work' was removed by admin\""), (counted.Actor, counted.Action, counted.Outcome, counted.Times, counted.Detail));
        var line = Assert.Single((await rig.Receiver.Service<LogQuery>().ReadAsync("refused", null, Cancellation)).Lines);
        Assert.StartsWith("30 times within the hour, the last: machine \"", line.Detail, StringComparison.Ordinal);
        rig.Time.Advance(TimeSpan.FromHours(1));
        await ExpectAsync(ErrorCodes.CodeInvalid, stranger.PostEnrolmentAsync("fcode_00000000000000000000000000000000"));
        Assert.Equal(2, (await rig.RefusalsAsync()).Count);
    }

    [Theory]
    [InlineData("\u202Eforged")]
    [InlineData("a\u200Bb")]
    [InlineData("a\u2028b")]
    [InlineData("a\nb")]
    [InlineData("a\U000E0041b")]
    public async Task Machine_WithCharactersThatHideOrTurnText_IsNoName(string machine)
    {
        await using var rig = await FleetRig.StartAsync();
        using var stranger = new SimulatedAgent(rig.Receiver.Address, machine, rig.Time);

        using var answer = await stranger.PostEnrolmentAsync("fcode_00000000000000000000000000000000");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("machine: 1 to 255", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Null(await rig.Receiver.Service<AgentStore>().NewCodeAsync("x" + machine, Actor.Cli));
    }

    [Fact]
    public async Task Refusals_BeyondAnHoursRoom_AreCountedTogether()
    {
        await using var rig = await FleetRig.StartAsync();

        await WriteAsync(rig, session =>
        {
            for (var i = 0; i < FleetRefusals.PerHour + 5; i++)
            {
                FleetAudit.Write(session, rig.Time.GetUtcNow(), new FleetAccess(Actor.Anonymous($"2001:db8::{i:x}"), FleetAction.Authenticate, "agent-unknown"));
            }

            return 0;
        });

        Assert.Equal(FleetRefusals.PerHour + 1, await WriteAsync(rig, session => session.Scalar("SELECT count(*) FROM fleet_refusals")));
        Assert.Equal(5, await WriteAsync(rig, session => session.Scalar("SELECT times FROM fleet_refusals WHERE address = 'others'")));
    }

    [Fact]
    public async Task Answers_ToUnknownCommands_AreOneRowAnHour()
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync();
        var before = (await rig.AuditAsync()).Count;
        for (var i = 0; i < 5; i++)
        {
            var beat = agent.Heartbeat() with { Refused = [.. Enumerable.Range(0, FleetLimits.MaxCommands).Select(n => new RefusedCommand(n, "removed by admin"))] };
            using var answer = await agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(beat, FleetJson.Default.Heartbeat));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(before, (await rig.AuditAsync()).Count);
        var counted = Assert.Single(await rig.RefusalsAsync());
        Assert.Equal((agent.Id, "stray", 5L * FleetLimits.MaxCommands, "command 19 \"removed by admin\""), (counted.AgentId, counted.Outcome, counted.Times, counted.Detail));
    }

    [Fact]
    public async Task Accesses_AreNotPushedOutByWhatOneAgentDoes()
    {
        await using var rig = await FleetRig.StartAsync();
        await rig.ImportAsync(1);
        await WriteAsync(rig, session =>
        {
            session.Execute("INSERT INTO fleet_audit (at, actor, action, agent_id, outcome) VALUES (9000000000000, 'agent', 'deliver', 'quiet', 'ok')");
            session.Execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
                INSERT INTO fleet_audit (at, actor, action, agent_id, outcome) SELECT 9000000000000, 'agent', 'bring-back', 'loud', 'ok' FROM n
                """,
                ("count", FleetAudit.AgentCapacity + 500));
            session.Execute("INSERT INTO fleet_audit (at, actor, action, agent_id, outcome) VALUES (9000000000000, 'agent', 'deliver', 'loud', 'ok')");
            return FleetAudit.Prune(session, rig.Time.GetUtcNow().AddDays(-1));
        });

        Assert.Equal(
            [("", "import", 1L), ("loud", "bring-back", FleetAudit.AgentCapacity), ("loud", "deliver", 1), ("quiet", "deliver", 1)],
            await WriteAsync(rig, session =>
            {
                var found = new List<(string Agent, string Action, long Rows)>();
                using var rows = session.Query("SELECT coalesce(agent_id, ''), action, count(*) FROM fleet_audit GROUP BY 1, 2 ORDER BY 1, 2");
                while (rows.Read())
                {
                    found.Add((rows.Text(0), rows.Text(1), rows.Int64(2)));
                }

                return found;
            }));
    }

    [Fact]
    public async Task Claim_OfAnAccountThatIsNotGranted_IsShownAndNotObeyed()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        using var evil = await rig.EnrolAsync("evil");
        evil.Login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromMinutes(30))); // its fingerprint is all that it reports, and all that it needs to know

        await rig.BeatAsync(evil);

        Assert.False((await rig.FactsAsync(account)).InUse);
        var row = Assert.Single((await rig.Receiver.Service<BoardQuery>().ReadAsync(DataScope.Everybody, Cancellation)).Agents);
        Assert.Equal((null, "seat 1"), (row.Account, row.Claimed));
        Assert.Equal([RefreshOutcome.Renewed], (await rig.RefreshAsync()).Select(done => done.Outcome));
        Assert.Equal(Holder.Vault, (await rig.FactsAsync(account)).Holder);
    }

    [Fact]
    public async Task Claim_OfAGrantedAccount_CountsWhileItIsGranted()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(30));
        using var agent = await rig.EnrolAsync("build-1");
        var copy = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromMinutes(30)))!;
        copy["refreshToken"] = "";
        agent.Login = copy;
        await rig.BeatAsync(agent);
        var book = rig.Receiver.Service<AgentStore>();
        Assert.False((await rig.FactsAsync(account)).InUse);

        Assert.True(await book.GrantAsync(agent.Id, account, granted: true, Actor.Cli)); // it reports nothing new meanwhile
        Assert.True((await rig.FactsAsync(account)).InUse);
        Assert.Empty(await rig.RefreshAsync());

        Assert.True(await book.GrantAsync(agent.Id, account, granted: false, Actor.Cli));
        Assert.False((await rig.FactsAsync(account)).InUse);
        Assert.Equal([RefreshOutcome.Renewed], (await rig.RefreshAsync()).Select(done => done.Outcome));
    }

    [Fact]
    public async Task Commands_ToOneAgent_AreOneAtATimeWhoeverIssuesThem()
    {
        await using var rig = await FleetRig.StartAsync();
        var (first, second) = (await rig.ImportAsync(1), await rig.ImportAsync(2));
        using var agent = await rig.EnrolAsync("build-1", first, second);
        await using var other = await rig.StartAnotherAsync();

        var outcomes = await Task.WhenAll(
            rig.Commands.IssueAsync(agent.Id, first, allowCopy: false, Actor.Cli), other.Service<AgentCommandQueue>().IssueAsync(agent.Id, second, allowCopy: false, Actor.Cli));

        Assert.Equal([IssueOutcome.Issued, IssueOutcome.Pending], outcomes.Select(outcome => outcome.Outcome).Order());
        Assert.Throws<SqliteException>(() => rig.Execute("INSERT INTO fleet_commands SELECT command_id + 1, agent_id, account_id, kind, whole, fingerprint, replaces, sealed, state, reason, issued_by, issued_at, expires_at, delivered_at, settled_at, signature FROM fleet_commands"));
    }

    [Fact]
    public async Task Heartbeat_AfterAnotherReceiverWroteSomethingElse_IsWrittenAgain()
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync();
        await BeatOverTheWireAsync(agent);
        await BeatOverTheWireAsync(agent);

        rig.Execute("UPDATE fleet_agents SET has_sessions = 0, login = 'none'");
        await BeatOverTheWireAsync(agent);

        var stored = Assert.Single(await rig.Receiver.Service<AgentStore>().AllAsync(Cancellation));
        Assert.Equal((true, LoginPlace.File), (stored.HasSessions, stored.Login));
    }

    [Fact]
    public async Task Limit_OfReturnedLogins_ComesBeforeTheirContentIsRead()
    {
        await using var rig = await FleetRig.StartAsync();
        using var agent = await rig.EnrolAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 31; i++)
        {
            using var answer = await agent.PostAsync(Routes.AgentCredential, Encoding.UTF8.GetBytes("{"));
            statuses.Add(answer.StatusCode);
        }

        Assert.All(statuses.SkipLast(1), status => Assert.Equal(HttpStatusCode.BadRequest, status));
        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    [Fact]
    public async Task Command_ThatItsAgentSaysNobodySigned_StaysOpen()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli);
        var enrolled = (await rig.Receiver.Service<AgentDirectory>().ReadAsync(agent.Id, Cancellation))!;
        var genuine = Assert.Single((await rig.Commands.ExchangeAsync(enrolled, agent.Heartbeat(), Cancellation))!);

        agent.Take([genuine with { ExpiresAt = genuine.ExpiresAt.AddYears(4) }]); // a man in the middle shows it a changed one
        await rig.BeatAsync(agent);

        Assert.Equal(IssueOutcome.Pending, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        Assert.Equal(Holder.Agent, (await rig.FactsAsync(account)).Holder);
        Assert.Equal([$"stray command {genuine.Id} unsigned"], (await rig.RefusalsAsync()).Select(row => $"{row.Outcome} {row.Detail}"));
        await rig.BeatAsync(agent);
        Assert.NotNull(agent.Login);
    }

    [Fact]
    public async Task SigningKey_ThatWasEnded_NeedsEveryAgentEnrolledAgain()
    {
        await using var rig = await FleetRig.StartAsync();
        var account = await rig.ImportAsync(1);
        using var agent = await rig.EnrolAsync("build-1", account);
        var book = rig.Receiver.Service<AgentStore>();
        var fingerprint = await book.ReceiverFingerprintAsync();

        await rig.Receiver.Service<KeyRotation>().RunAsync(Actor.Cli);
        Assert.Equal(fingerprint, await book.ReceiverFingerprintAsync());
        Assert.False(Assert.Single(await book.AllAsync(Cancellation)).MustEnrolAgain);
        await rig.Receiver.Service<KeyRotation>().RunAsync(Actor.Cli, endsSigningKey: true);

        Assert.NotEqual(fingerprint, await book.ReceiverFingerprintAsync());
        Assert.True(Assert.Single(await book.AllAsync(Cancellation)).MustEnrolAgain);
        Assert.Equal(IssueOutcome.EnrolAgain, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        await agent.EnrolAsync((await book.NewCodeForAsync(agent.Id, Actor.Cli))!);
        Assert.True(await book.GrantAsync(agent.Id, account, granted: true, Actor.Cli));
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        await rig.BeatAsync(agent);
        Assert.NotNull(agent.Login);
    }

    private static async Task BeatOverTheWireAsync(SimulatedAgent agent)
    {
        using var answer = await agent.PostAsync(Routes.Heartbeat, agent.HeartbeatBody());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<T> WriteAsync<T>(FleetRig rig, Func<WriteSession, T> write)
    {
        var written = await rig.Receiver.Service<GroupCommitWriter>().WriteAsync(write);
        Assert.Equal(WriteStatus.Committed, written.Status);
        return written.Value!;
    }

    private static async Task ExpectAsync(string code, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.Equal(code, answer.Headers.TryGetValues(ErrorCodes.Header, out var values) ? values.Single() : answer.StatusCode.ToString());
    }
}
