using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Secrets;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Tokens of the vault appear in nothing that the receiver writes or answers, whatever is done with them.</summary>
public sealed class FleetSecretsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_AreInNothingThatIsWrittenOrAnswered()
    {
        await using var rig = await FleetRig.StartAsync(accounts: 3);
        var secrets = new List<SecretForms>();
        var written = new List<(string Where, byte[] Content)>();
        var (first, second) = (await rig.ImportAsync(1, lifetime: TimeSpan.FromMinutes(50)), await rig.ImportAsync(2));
        Plant(rig, secrets);
        await rig.RefreshAsync();
        Plant(rig, secrets);
        var code = (await rig.Receiver.Service<AgentStore>().NewCodeAsync("build-1", Actor.Cli))!;
        secrets.Add(new SecretForms("code", code));
        using var agent = new SimulatedAgent(rig.Receiver.Address, "build-1", rig.Time);
        await agent.EnrolAsync(code);
        await rig.Receiver.Service<AgentStore>().GrantAsync(agent.Id, first, granted: true, Actor.Cli);
        await rig.Receiver.Service<AgentStore>().GrantAsync(agent.Id, second, granted: true, Actor.Cli);
        await SwapAsync(rig, agent, first);
        rig.Issuer.Accounts[0].TryRefresh(agent.Login!["refreshToken"]!.GetValue<string>());
        agent.Login = JsonNode.Parse(rig.LoginOf(1, TimeSpan.FromHours(8)));
        Plant(rig, secrets);
        await KeepAsync(written, "brought", agent.ReturnAsync());
        await SwapAsync(rig, agent, second);
        await agent.HandBackAsync();

        await MisuseAsync(rig, agent, written);
        await LookEverywhereAsync(rig, written);
        Assert.Contains(RefreshPath.Session, (await rig.FactsAsync(first)).RefreshedBy, StringComparison.Ordinal);
        written.Add(("log", Encoding.UTF8.GetBytes(string.Join('\n', rig.Receiver.LogLines))));
        foreach (var file in Directory.GetFiles(rig.Receiver.Folder))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Cancellation);
            written.Add((file, copy.ToArray()));
        }

        Assert.Empty(from one in written from secret in secrets from found in secret.FindIn(one.Content) select $"{found} in {one.Where}");
        Assert.True(secrets.Count > 12);
    }

    private static async Task SwapAsync(FleetRig rig, SimulatedAgent agent, FleetAccountId account)
    {
        await rig.BeatAsync(agent);
        Assert.Equal(IssueOutcome.Issued, (await rig.Commands.IssueAsync(agent.Id, account, allowCopy: false, Actor.Cli)).Outcome);
        await rig.BeatAsync(agent);
        await rig.BeatAsync(agent);
    }

    /// <summary>Adds every current token; the simulator's short, random-looking ones would be found by chance.</summary>
    private static void Plant(FleetRig rig, List<SecretForms> secrets)
    {
        foreach (var account in rig.Issuer.Accounts)
        {
            secrets.Add(new SecretForms($"access token of {account.Number}", account.AccessToken));
            secrets.Add(new SecretForms($"refresh token of {account.Number}", account.RefreshToken));
        }
    }

    /// <summary>Tokens in the wrong places, and logins that are refused for every possible reason.</summary>
    private static async Task MisuseAsync(FleetRig rig, SimulatedAgent agent, List<(string Where, byte[] Content)> written)
    {
        var token = rig.Issuer.Accounts[2].RefreshToken;
        var third = JsonNode.Parse(rig.LoginOf(3, TimeSpan.FromHours(8)))!;
        var uuid = rig.Issuer.Accounts[0].Id;
        await KeepAsync(written, "enrolled with a token", agent.PostEnrolmentAsync(token));
        await KeepAsync(written, "of another account", agent.ReturnAsync(uuid, "0123456789ab", third, handedBack: true));
        await KeepAsync(written, "hint", agent.ReturnAsync(token, "0123456789ab", third, handedBack: true));
        await KeepAsync(written, "replaces", agent.ReturnAsync(uuid, token, third, handedBack: true));
        await KeepAsync(written, "agent", agent.PostAsync(Routes.AgentCredential, Encoding.UTF8.GetBytes(third.ToJsonString()), agent: token));
        await KeepAsync(written, "body", agent.PostAsync(Routes.AgentCredential, Encoding.UTF8.GetBytes(third.ToJsonString())));
        await KeepAsync(written, "heartbeat", agent.PostAsync(Routes.Heartbeat, Encoding.UTF8.GetBytes(third.ToJsonString()), bearer: token));
        foreach (var label in new[] { "", "seat 1", new string('x', 65) })
        {
            var result = await rig.Receiver.Service<AccountImport>().ImportAsync(label, Encoding.UTF8.GetBytes(third.ToJsonString()), vaultOnly: true, Actor.Cli, Cancellation);
            written.Add(("import", Encoding.UTF8.GetBytes(result.Message)));
        }

        var now = rig.Time.GetUtcNow();
        rig.Issuer.Plan(new Fault(FaultKind.ChangedFormat, now, now.AddMinutes(1)));
        await KeepAsync(written, "unproven", agent.ReturnAsync(rig.Issuer.Accounts[1].Id, agent.Applied!, third, handedBack: false));
        written.Add(("printed", Encoding.UTF8.GetBytes($"{Login.Parse(Encoding.UTF8.GetBytes(third.ToJsonString()), out _)} {await rig.FactsAsync(new FleetAccountId(1))} {new RenewedTokens(token, token, now, null)}")));
    }

    private static async Task LookEverywhereAsync(FleetRig rig, List<(string Where, byte[] Content)> written)
    {
        var paths = System.Text.Json.JsonDocument.Parse(await FetchAsync(rig, "/docs/v1.json")).RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("get", out _) && !path.Name.Contains('{', StringComparison.Ordinal)).Select(path => path.Name);
        foreach (var path in paths.Concat(["/metrics", "/docs/v1.json", "/health", "/admin/"]).Distinct(StringComparer.Ordinal))
        {
            written.Add((path, Encoding.UTF8.GetBytes(await FetchAsync(rig, path))));
        }

        foreach (var row in (await rig.AuditAsync()).Concat(await rig.RefusalsAsync()))
        {
            written.Add(("audit", Encoding.UTF8.GetBytes($"{row.Actor} {row.Address} {row.Action} {row.Account} {row.Fingerprint} {row.Outcome} {row.Detail}")));
        }
    }

    private static async Task<string> FetchAsync(FleetRig rig, string path)
    {
        using var answer = await rig.Receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private static async Task KeepAsync(List<(string Where, byte[] Content)> written, string where, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var head = string.Join('\n', answer.Headers.Concat(answer.Content.Headers).SelectMany(header => header.Value));
        written.Add((where, [.. Encoding.UTF8.GetBytes(head), .. await answer.Content.ReadAsByteArrayAsync(Cancellation)]));
    }
}
