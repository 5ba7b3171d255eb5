using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary>The published agent against a strict receiver: what it reports, and what it accepts.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task Enrol_WithACode_PinsTwoKeysAndTellsNoPath()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();

        await machine.EnrolAsync(fleet);

        Assert.Matches("^[0-9a-f]{16}$", fleet.Enrolled!.ConfigDirId);
        Assert.True(CredentialSeal.IsPublicKey(fleet.Enrolled.SealingKey));
        foreach (var file in new[] { machine.Fleet.SigningKey, machine.Fleet.SealingKey, machine.Fleet.Enrolment })
        {
            Assert.True(FleetMachine.IsPrivate(file), file);
        }

        Assert.DoesNotContain(StubFleet.Code, machine.Machine.Written(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_WithAnotherCode_SaysSoAndEnrolsNothing()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();

        var result = await HookProgram.RunAsync(["agent", "enrol", "--endpoint", fleet.Address, "--config-dir", machine.Machine.State.ConfigDir], machine.Machine.Environment, "other\n");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("rejects this code", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(machine.Fleet.Enrolment));
    }

    [Fact]
    public async Task Enrol_WhereTheReceiversKeysAreOthers_SaysSoAndEnrolsNothing()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        string[] enrol = ["agent", "enrol", "--endpoint", fleet.Address, "--config-dir", machine.Machine.State.ConfigDir, "--receiver-key"];

        var other = await HookProgram.RunAsync([.. enrol, "0000-0000-0000-0000-0000"], machine.Machine.Environment, StubFleet.Code + "\n");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains($"has different keys ({fleet.Fingerprint})", other.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(machine.Fleet.Enrolment));
        var none = await HookProgram.RunAsync([.. enrol, "0000"], machine.Machine.Environment, StubFleet.Code + "\n");
        Assert.Equal((2, true), (none.ExitCode, none.Output.Contains("--receiver-key must be the fingerprint", StringComparison.Ordinal)));

        var same = await HookProgram.RunAsync([.. enrol, fleet.Fingerprint], machine.Machine.Environment, StubFleet.Code + "\n");
        Assert.Equal(0, same.ExitCode);
        Assert.Contains($"Receiver's keys: {fleet.Fingerprint}", same.Output, StringComparison.Ordinal);
        Assert.Contains($"This agent's keys: {KeyFingerprint.Of(fleet.Enrolled!.SigningKey, fleet.Enrolled.SealingKey)}", same.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_EnrolledBeforeCommandsWereSigned_SaysThatItMustBeEnrolledAgain()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        await machine.HookAsync(machine.Client(), "s1", "SessionStart"); // not enrolled yet, so it starts no agent
        await machine.EnrolAsync(fleet);
        var enrolment = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(machine.Fleet.Enrolment, TestContext.Current.CancellationToken))!.AsObject();
        Assert.True(enrolment.Remove("command_key"));
        await File.WriteAllTextAsync(machine.Fleet.Enrolment, enrolment.ToJsonString(), TestContext.Current.CancellationToken);

        var agent = machine.Agent();
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(1, agent.ExitCode);
        Assert.Contains("enrol it again", machine.Logs(), StringComparison.Ordinal);
        Assert.Contains("enrol it again", (await machine.Machine.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Empty(fleet.Heartbeats);
    }

    [Fact]
    public async Task Session_ThatStarts_IsSeenWithItsStateAndModelAndGoesWithItsProcess()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.WriteLogin(FleetMachine.Login("own"));
        await machine.EnrolAsync(fleet);
        var client = machine.Client();
        machine.Machine.AddTurn("s1", DateTimeOffset.UtcNow);

        await machine.HookAsync(client, "s1", "SessionStart"); // starts the agent
        await Wait.UntilAsync(() => fleet.Last?.Sessions is [{ SessionId: "s1", State: SessionState.Idle, Model: Machine.Model }], "the session, idle");
        Assert.Equal((FleetMachine.Fingerprint("own"), LoginPlace.File), (fleet.Last!.Applied, fleet.Last.Agent.Login));
        await machine.HookAsync(client, "s1", "UserPromptSubmit", ",\"prompt_id\":\"p1\"");
        await Wait.UntilAsync(() => fleet.Last?.Sessions is [{ State: SessionState.Turn }], "the turn");
        await machine.HookAsync(client, "s1", "PreToolUse", ",\"prompt_id\":\"p1\",\"tool_use_id\":\"toolu_1\"");
        await Wait.UntilAsync(() => fleet.Last?.Sessions is [{ State: SessionState.Tool }], "the tool call");
        await machine.HookAsync(machine.Client(), "s2", "SessionStart");
        await Wait.UntilAsync(() => fleet.Last?.Sessions.Count == 2, "the second session");

        client.Kill();
        await client.WaitForExitAsync(TestContext.Current.CancellationToken);

        await Wait.UntilAsync(() => fleet.Last?.Sessions is [{ SessionId: "s2" }], "the first session's end");
        Assert.False(Directory.Exists(machine.Fleet.CallFolder("s1")));
    }

    [Fact]
    public async Task Swap_WhileAToolCallIsOpen_WaitsAndComesWithItsEnd()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.WriteLogin(FleetMachine.Login("own"));
        await machine.EnrolAsync(fleet);
        var client = machine.Client();
        await machine.HookAsync(client, "s1", "SessionStart");
        await machine.HookAsync(client, "s1", "PreToolUse", ",\"prompt_id\":\"p1\",\"tool_use_id\":\"toolu_1\"");
        fleet.Issue(fleet.Swap("work", FleetMachine.Login("work"), replaces: FleetMachine.Fingerprint("own")));
        await Wait.UntilAsync(() => File.Exists(machine.Fleet.LastHeartbeatFile) && File.ReadAllText(machine.Fleet.LastHeartbeatFile).Contains("a tool call is open", StringComparison.Ordinal), "the swap to wait");
        Assert.Equal(FleetMachine.Fingerprint("own"), machine.FingerprintOfFile());

        await machine.HookAsync(client, "s1", "PostToolUse", ",\"prompt_id\":\"p1\",\"tool_use_id\":\"toolu_1\"");

        await Wait.UntilAsync(() => !fleet.Confirmed.IsEmpty, "the confirmation");
        Assert.Equal(FleetMachine.Fingerprint("work"), machine.FingerprintOfFile());
        Assert.Equal(FleetMachine.Fingerprint("work"), fleet.Last!.Applied);
        var text = await File.ReadAllTextAsync(machine.LoginPath, TestContext.Current.CancellationToken);
        Assert.StartsWith(FleetMachine.ForeignKeys, text, StringComparison.Ordinal); // byte for byte
        Assert.Contains(FleetMachine.Login("work"), text, StringComparison.Ordinal);
        Assert.True(FleetMachine.IsPrivate(machine.LoginPath));
        await Wait.UntilAsync(() => fleet.Returned is { IsEmpty: false } && !File.Exists(machine.Fleet.Backup), "the login that was taken out");
        var (credential, login) = fleet.Returned.Single();
        Assert.True(credential.HandedBack);
        Assert.Equal(FleetMachine.Fingerprint("own"), CredentialFingerprint.Of(login));
        Assert.DoesNotContain("rt-", machine.WrittenElsewhere(), StringComparison.Ordinal);
        Assert.DoesNotContain("at-", machine.WrittenElsewhere(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_ForgedExpiredOldOrForAnotherAgent_ChangeNothingAndAreRefused()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.WriteLogin(FleetMachine.Login("own"));
        await machine.EnrolAsync(fleet);
        await machine.HookAsync(machine.Client(), "s1", "SessionStart");
        var good = fleet.Swap("work", FleetMachine.Login("work", whole: false), replaces: FleetMachine.Fingerprint("own"));
        fleet.Issue(good);
        await Wait.UntilAsync(() => fleet.Confirmed.Contains(good.Id), "the first swap");

        var old = fleet.Swap("old", FleetMachine.Login("old"), id: good.Id - 1);
        var expired = fleet.Swap("late", FleetMachine.Login("late"), lifetime: TimeSpan.FromSeconds(-1));
        var foreign = fleet.Swap("foreign", FleetMachine.Login("foreign"), agentId: "agent-2");
        var moved = fleet.Swap("moved", FleetMachine.Login("moved")) with { Id = good.Id + 50 };
        var longer = fleet.Swap("longer", FleetMachine.Login("longer"));
        longer = longer with { ExpiresAt = longer.ExpiresAt.AddYears(4) };
        using var stranger = CommandSignature.NewKey();
        var forged = fleet.Swap("forged", FleetMachine.Login("forged"));
        forged = forged with { Signature = CommandSignature.Sign(stranger, StubFleet.AgentId, forged) };
        var unsigned = fleet.Swap("unsigned", FleetMachine.Login("unsigned")) with { Signature = "" };
        var stale = fleet.Swap("stale", FleetMachine.Login("stale"), replaces: FleetMachine.Fingerprint("own"));
        var unaware = fleet.Swap("unaware", FleetMachine.Login("unaware"), replaces: "");
        var unread = fleet.Signed(fleet.Swap("unread", FleetMachine.Login("unread")) with { Id = good.Id + 100 });
        SealedCommand[] refused = [old, expired, foreign, moved, longer, forged, unsigned, stale, unaware, unread];
        foreach (var command in refused)
        {
            fleet.Issue(command);
            await Wait.UntilAsync(() => fleet.Refused.Any(one => one.Id == command.Id), $"the refusal of {command.Id}");
        }

        Assert.Equal(
            new[]
            {
                RefusalReasons.Replayed, RefusalReasons.Expired, RefusalReasons.NotSigned, RefusalReasons.NotSigned, RefusalReasons.NotSigned, RefusalReasons.NotSigned, RefusalReasons.NotSigned,
                RefusalReasons.Superseded, RefusalReasons.Superseded, RefusalReasons.NotForMe,
            },
            fleet.Refused.DistinctBy(refused => refused.Id).Select(refused => refused.Reason));
        Assert.Equal(FleetMachine.Fingerprint("work", whole: false), machine.FingerprintOfFile());

        // The command that was carried out is sent again: it is confirmed again, and nothing else happens.
        machine.WriteLogin(FleetMachine.Login("own"));
        fleet.Issue(good);
        await Wait.UntilAsync(() => fleet.Confirmed.Count(id => id == good.Id) > 1, "the second confirmation");
        Assert.Equal(FleetMachine.Fingerprint("own"), machine.FingerprintOfFile());
    }

    [Fact]
    public async Task Login_ThatTheClientRenewed_IsReturnedAndTheUsersOwnIsNot()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        await machine.EnrolAsync(fleet);
        await machine.HookAsync(machine.Client(), "s1", "SessionStart");
        var swap = fleet.Swap("work", FleetMachine.Login("work"));
        fleet.Issue(swap); // into a config directory without a login
        await Wait.UntilAsync(() => fleet.Confirmed.Contains(swap.Id), "the swap");

        machine.WriteLogin(FleetMachine.Login("work-renewed"));

        await Wait.UntilAsync(() => !fleet.Returned.IsEmpty, "the renewed login");
        var (credential, login) = fleet.Returned.Single();
        Assert.Equal(("work", FleetMachine.Fingerprint("work"), false), (credential.AccountIdHint, credential.Replaces, credential.HandedBack));
        Assert.Equal(FleetMachine.Fingerprint("work-renewed"), CredentialFingerprint.Of(login));

        // The user signs in manually. The receiver refuses that login once; then it is left alone, even when the next swap removes it.
        fleet.RefusesLogins = (403, ErrorCodes.CredentialRefused);
        machine.WriteLogin(FleetMachine.Login("private"));
        await Wait.UntilAsync(() => machine.Logs().Contains("is not the fleet's", StringComparison.Ordinal), "the refusal");
        fleet.Issue(fleet.Swap("work", FleetMachine.Login("work-2"), replaces: FleetMachine.Fingerprint("private")));
        await Wait.UntilAsync(() => File.Exists(machine.Fleet.OwnLogin), "the user's login, kept");
        Assert.Contains("rt-private", await File.ReadAllTextAsync(machine.Fleet.OwnLogin, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(FleetMachine.IsPrivate(machine.Fleet.OwnLogin));
        Assert.Single(fleet.Returned);
    }

    [Fact]
    public async Task Receiver_ThatIsAwayOrForgot_IsFoundAgainAndTheLogStaysShort()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        await machine.EnrolAsync(fleet);
        fleet.ClockOffset = TimeSpan.FromHours(3);
        var refused = 0;
        fleet.Instead = context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "1";
            return Interlocked.Increment(ref refused) <= 1;
        };

        await machine.HookAsync(machine.Client(), "s1", "SessionStart");

        await Wait.UntilAsync(() => !fleet.Heartbeats.IsEmpty, "a heartbeat by the receiver's clock");
        Assert.Single(machine.Logs().Split('\n'), line => line.Contains("heartbeat: HTTP 503", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Agent_WithoutSessions_HandsBackWhatCanRenewItselfLeavesACopyAndEnds()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.Machine.Environment["CCFLUX_GRACE_SECS"] = "1";
        machine.WriteLogin(FleetMachine.Login("own"));
        var client = machine.Client();
        await machine.HookAsync(client, "s1", "SessionStart"); // not enrolled yet, so it starts no agent
        await machine.EnrolAsync(fleet);
        machine.Agent();
        fleet.Issue(fleet.Swap("work", FleetMachine.Login("work"), replaces: FleetMachine.Fingerprint("own")));
        await Wait.UntilAsync(() => fleet.Returned.Count == 1, "the swap, and the login before it");

        await machine.HookAsync(client, "s1", "SessionEnd");

        await Wait.UntilAsync(() => fleet.Returned.Count == 2 && fleet.Last?.Sessions.Count == 0 && fleet.Last.Applied == FleetMachine.Fingerprint("work", whole: false), "the hand-back");
        var (credential, login) = fleet.Returned.Last();
        Assert.True(credential.HandedBack);
        Assert.Equal(FleetMachine.Fingerprint("work"), CredentialFingerprint.Of(login));
        Assert.Equal(JsonSerializer.Serialize(JsonDocument.Parse(FleetMachine.Login("work", whole: false)).RootElement), JsonSerializer.Serialize(machine.ReadLogin()));
        await Wait.UntilAsync(() => !DeliverLock.IsTaken(machine.Fleet.Lock), "the agent's end");
        Assert.False(File.Exists(machine.Fleet.Backup));
    }

    [Fact]
    public async Task Uninstall_OfAConfigDirOfAFleet_PutsTheUsersOwnLoginBack()
    {
        await using var fleet = await StubFleet.StartAsync();
        using var machine = new FleetMachine();
        machine.Machine.Environment["CCFLUX_GRACE_SECS"] = "1";
        var dir = machine.Machine.State.ConfigDir;
        await machine.Machine.RunAsync("install", "--yes", "--fleet", "--config-dir", dir, "--endpoint", fleet.Address);
        var settings = await File.ReadAllTextAsync(Path.Combine(dir, "settings.json"), TestContext.Current.CancellationToken);
        Assert.Contains("\"ccflux-fleet@ccflux\": true", settings, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(machine.Machine.State.Root, "marketplace", "plugin-fleet", "bin", "ccflux")));
        machine.WriteLogin(FleetMachine.Login("own"));
        var before = await File.ReadAllTextAsync(machine.LoginPath, TestContext.Current.CancellationToken);
        fleet.RefusesLogins = (403, ErrorCodes.AccountNotGranted);
        var client = machine.Client();
        await machine.HookAsync(client, "s1", "SessionStart"); // not enrolled yet, so it starts no agent
        await machine.EnrolAsync(fleet);
        fleet.Issue(fleet.Swap("work", FleetMachine.Login("work", whole: false), replaces: FleetMachine.Fingerprint("own")));
        var agent = machine.Agent();
        await Wait.UntilAsync(() => File.Exists(machine.Fleet.OwnLogin), "the swap");
        var status = await machine.Machine.RunAsync("status");
        Assert.Contains("account work, installed by the fleet", status.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("at-", status.Output, StringComparison.Ordinal);

        var early = await machine.Machine.RunAsync("uninstall", "--yes", "--config-dir", dir);
        Assert.Equal(1, early.ExitCode);
        Assert.Contains("Close its sessions", early.Output, StringComparison.Ordinal);
        client.Kill();
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestDeadline.Ample, TestContext.Current.CancellationToken);
        var late = await machine.Machine.RunAsync("uninstall", "--yes", "--config-dir", dir);

        Assert.Equal(0, late.ExitCode);
        Assert.Equal(before, await File.ReadAllTextAsync(machine.LoginPath, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(machine.Fleet.Root));
        Assert.False(File.Exists(Path.Combine(dir, "settings.json")));
    }
}
