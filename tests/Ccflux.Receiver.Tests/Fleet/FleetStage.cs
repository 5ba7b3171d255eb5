using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Two switchers over one database and three agents, over real HTTP: a receiver in this process, and one in a separate process that a fault ends.</summary>
internal sealed class FleetStage : IAsyncDisposable
{
    public const int Accounts = 4;
    private const int Agents = 3;

    /// <summary>How long to wait for a step that the race may never reach.</summary>
    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(10);

    private readonly SharedVault _vault;
    private readonly SimulatedUpstream _issuer;
    private readonly RunningReceiver _here;
    private readonly Random _random;
    private readonly List<SimulatedAgent> _agents = [];

    private FleetStage(SharedVault vault, int seed)
    {
        _vault = vault;
        _issuer = vault.Issuer;
        _here = vault.Here;
        _random = new Random(seed);
    }

    public SimulatedUpstream Issuer => _issuer;

    /// <summary>Puts all accounts into the vault: the first two fresh, the others due for renewal. The first is in the first agent's config directory.</summary>
    public static async Task<FleetStage> SetAsync(int seed)
    {
        var stage = new FleetStage(await SharedVault.OpenAsync(Accounts), seed);
        await stage.FillAsync();
        stage._issuer.Latency = TimeSpan.FromMilliseconds(400);
        return stage;
    }

    /// <summary>Runs the receiver process that a fault ends, and the agents that use it meanwhile. Ends when the process has ended, or nothing more happens.</summary>
    /// <returns>Whether the fault ended it.</returns>
    public async Task<bool> ServeUntilFaultAsync(string fault)
    {
        using var process = _vault.Process(fault);
        await process.StartAsync();
        _agents.ForEach(agent => agent.Address = process.Address);
        var watch = Stopwatch.StartNew();
        while (!process.HasEnded && watch.Elapsed < s_backoff)
        {
            await StepAsync();
        }

        _agents.ForEach(agent => agent.Address = _here.Address);
        return process.HasEnded;
    }

    /// <summary>Runs a command of the operator's in a separate process, which a fault ends.</summary>
    public async Task<int> RunAsync(string fault, params string[] arguments)
    {
        using var process = _vault.Process(fault);
        return (await process.RunAsync(arguments)).ExitCode;
    }

    /// <summary>The receiver in this process renews what is due, and agents swap on it, from the time when another has started to renew until that has finished.</summary>
    public async Task RenewWhileAsync(Task task)
    {
        while (!task.IsCompleted && _issuer.Exchanges.All(exchange => exchange.Path != SimulatedUpstream.TokenPath))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }

        while (!task.IsCompleted)
        {
            await _here.Service<RefreshLoop>().RunAsync(CancellationToken.None);
            await StepAsync();
        }

        await task;
    }

    public SimulatedAgent Agent(int index) => _agents[index];

    /// <summary>Finishes what is left, on the receiver that is alive.</summary>
    public async Task SettleAsync()
    {
        var watch = Stopwatch.StartNew();
        do
        {
            foreach (var agent in _agents)
            {
                await BeatAsync(agent);
                await agent.HandBackAsync();
            }
        }
        while (watch.Elapsed < s_backoff && (await _here.Service<AgentStore>().AllAsync(CancellationToken.None)).Any(agent => agent.PendingAccount is not null));

        await _here.Service<RefreshLoop>().RunAsync(CancellationToken.None);
    }

    /// <summary>Violations: a token spent twice, a login in two places, an account that was lost and does not report it.</summary>
    public async Task<(IReadOnlyList<string> Wrong, int NeedLogin)> CheckAsync()
    {
        var wrong = new List<string>();
        var needLogin = 0;
        var later = TimeProvider.System.GetUtcNow() + TokenRule.IntentLifetime;
        var stored = await _here.Service<VaultStore>().AllAsync(CancellationToken.None);
        foreach (var account in _issuer.Accounts)
        {
            var facts = stored.Single(facts => facts.Uuid == account.Id);
            var newest = CredentialFingerprint.Of(account.RefreshToken);
            var places = _agents.Where(agent => agent.Account == account.Id && IsWhole(agent.Login) && agent.Applied == newest).ToList();
            var inVault = facts.Fingerprint == newest;
            var state = TokenRule.StateOf(facts, later);
            needLogin += state == TokenState.NeedsLogin ? 1 : 0;
            if (!facts.CanOpen)
            {
                wrong.Add($"{facts.Label}: it cannot be opened");
            }

            if (account.Reuses > 0)
            {
                wrong.Add($"{facts.Label}: a refresh token was presented {account.Reuses} times after it was spent");
            }

            if (places.Count > 1)
            {
                wrong.Add($"{facts.Label}: its login stands in {places.Count} config dirs");
            }

            if (places.Count == 1 && (facts.Holder != Holder.Agent || facts.HolderAgent != places[0].Id))
            {
                wrong.Add($"{facts.Label}: it stands in a config dir and is held by {facts.Holder} {facts.HolderAgent}");
            }

            if (!inVault && places.Count == 0 && state != TokenState.NeedsLogin)
            {
                wrong.Add($"{facts.Label}: lost, and shown as {state}");
            }

            if (facts.Holder == Holder.Agent && places.Count == 0 && state != TokenState.NeedsLogin && _agents.Single(agent => agent.Id == facts.HolderAgent).ToHandBack.Count == 0)
            {
                wrong.Add($"{facts.Label}: held by an agent that does not have it, and shown as {state}");
            }
        }

        return (wrong, needLogin);
    }

    public async ValueTask DisposeAsync()
    {
        _agents.ForEach(agent => agent.Dispose());
        await _vault.DisposeAsync();
    }

    private async Task FillAsync()
    {
        var vaultStore = _here.Service<AgentStore>();
        for (var number = 1; number <= Accounts; number++)
        {
            await _vault.ImportAsync(number, TimeSpan.FromMinutes(number <= 2 ? 480 : 30));
        }

        for (var index = 0; index < Agents; index++)
        {
            var agent = new SimulatedAgent(_here.Address, $"build-{index}", TimeProvider.System);
            await agent.EnrolAsync((await vaultStore.NewCodeAsync(agent.Machine, Actor.Cli))!);
            _agents.Add(agent);
            for (var account = 1; account <= Accounts; account++)
            {
                await vaultStore.GrantAsync(agent.Id, new FleetAccountId(account), granted: true, Actor.Cli);
            }
        }

        await BeatAsync(_agents[0]);
        await _here.Commands().IssueAsync(_agents[0].Id, new FleetAccountId(1), allowCopy: false, Actor.Cli);
        await BeatAsync(_agents[0]);
        await BeatAsync(_agents[0]);
        Assert.NotNull(_agents[0].Login);
    }

    /// <summary>Switches an agent, while every agent reports, some clients renew, and agents return and hand back logins: all at once.</summary>
    private async Task StepAsync()
    {
        var (agent, account) = (_agents[_random.Next(Agents)], _random.Next(1, Accounts + 1));
        var renewing = _random.Next(Agents);
        await Task.WhenAll(
        [
            _here.Commands().IssueAsync(agent.Id, new FleetAccountId(account), allowCopy: false, Actor.Cli),
            .. _agents.Select(async (one, index) =>
            {
                await BeatAsync(one);
                if (index == renewing)
                {
                    Renew(one);
                }

                await ReturnAsync(one);
                await UnlessEndedAsync(one.HandBackAsync);
            }),
        ]);
    }

    /// <summary>A client renews the login in its config directory, with whatever refresh token is there.</summary>
    private void Renew(SimulatedAgent agent)
    {
        if (!IsWhole(agent.Login))
        {
            return;
        }

        var request = new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = agent.Login!["refreshToken"]!.GetValue<string>() };
        var answer = _issuer.Answer("POST", SimulatedUpstream.TokenPath, _ => null, request.ToJsonString());
        if (answer.Status == 200)
        {
            var renewed = JsonNode.Parse(answer.Body)!;
            agent.Login["accessToken"] = renewed["access_token"]!.GetValue<string>();
            agent.Login["refreshToken"] = renewed["refresh_token"]!.GetValue<string>();
            agent.Login["expiresAt"] = TimeProvider.System.GetUtcNow().AddHours(8).ToUnixTimeMilliseconds();
        }
    }

    private static bool IsWhole(JsonNode? login) => login?["refreshToken"]?.GetValue<string>() is { Length: > 0 };

    private static async Task ReturnAsync(SimulatedAgent agent)
    {
        if (agent.Login is not null && agent.Applied != agent.Given)
        {
            await UnlessEndedAsync(async () =>
            {
                using var answer = await agent.ReturnAsync();
            });
        }
    }

    private static Task BeatAsync(SimulatedAgent agent)
    {
        return UnlessEndedAsync(async () =>
        {
            using var answer = await agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(agent.Heartbeat(), FleetJson.Default.Heartbeat));
            if (answer.IsSuccessStatusCode)
            {
                agent.Take(JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), FleetJson.Default.HeartbeatReply)!.Commands);
            }
        });
    }

    /// <summary>Sends something while the agent's receiver may be killed: the agent sends it again to the other one.</summary>
    private static async Task UnlessEndedAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (HttpRequestException)
        {
            // The receiver has ended; the agent keeps what it could not send.
        }
    }
}

/// <summary>Shorthand for tests.</summary>
internal static class FleetServices
{
    public static AgentCommandQueue Commands(this RunningReceiver receiver) => receiver.Service<AgentCommandQueue>();
}
