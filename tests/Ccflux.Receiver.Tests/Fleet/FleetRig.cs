using System.Text;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>A receiver with a vault, and the simulated issuer, on one clock that only the test moves.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    /// <summary>About two seconds: far longer than a round takes.</summary>
    private const int PollsBeforeARound = 400;

    /// <summary>The receiver's rounds are as far apart.</summary>
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(30);

    private readonly SimulatorHandler _handler;
    private readonly string _root;

    private FleetRig(ManualTime time, SimulatedUpstream issuer, SimulatorHandler handler, string root, RunningReceiver receiver)
    {
        Time = time;
        Issuer = issuer;
        _handler = handler;
        _root = root;
        Receiver = receiver;
    }

    public ManualTime Time { get; }

    public SimulatedUpstream Issuer { get; }

    public RunningReceiver Receiver { get; private set; }

    public string KeyPath => Path.Combine(_root, "keys");

    public VaultStore Vault => Receiver.Service<VaultStore>();

    public AgentCommandQueue Commands => Receiver.Service<AgentCommandQueue>();

    public static async Task<FleetRig> StartAsync(int accounts = 2, params (string Key, string? Value)[] settings)
    {
        var time = new ManualTime();
        var issuer = new SimulatedUpstream(accounts, time);
        var handler = new SimulatorHandler(issuer, time);
        var root = Directory.CreateTempSubdirectory("ccflux-fleet-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "db"));
        return new FleetRig(time, issuer, handler, root, await StartReceiverAsync(time, handler, root, "keys", settings));
    }

    /// <summary>Starts another receiver on the same database.</summary>
    public Task<RunningReceiver> StartAnotherAsync(string keys = "keys", TimeProvider? time = null) => StartReceiverAsync(time ?? Time, _handler, _root, keys, []);

    /// <param name="between">Runs while no receiver is running.</param>
    public async Task RestartAsync(string keys = "keys", Action? between = null)
    {
        await Receiver.StopAsync();
        between?.Invoke();
        Receiver = await StartReceiverAsync(Time, _handler, _root, keys, []);
    }

    public string LoginOf(int number, TimeSpan lifetime) => Issuer.Accounts[number - 1].Login(Time.GetUtcNow() + lifetime);

    /// <summary>Imports an account's login and returns its id.</summary>
    public async Task<FleetAccountId> ImportAsync(int number, bool vaultOnly = true, TimeSpan? lifetime = null)
    {
        var result = await Receiver.Service<AccountImport>().ImportAsync(
            $"seat {number}", Encoding.UTF8.GetBytes(LoginOf(number, lifetime ?? TimeSpan.FromHours(8))), vaultOnly, Actor.Cli, TestContext.Current.CancellationToken);
        Assert.True(result.AccountId is not null, result.Message);
        return result.AccountId.Value;
    }

    public async Task<SimulatedAgent> EnrolAsync(string machine = "build-1", params FleetAccountId[] granted)
    {
        var code = await Receiver.Service<AgentStore>().NewCodeAsync(machine, Actor.Cli);
        var agent = new SimulatedAgent(Receiver.Address, machine, Time);
        await agent.EnrolAsync(code!);
        foreach (var account in granted)
        {
            Assert.True(await Receiver.Service<AgentStore>().GrantAsync(agent.Id, account, granted: true, Actor.Cli));
        }

        return agent;
    }

    /// <summary>A heartbeat without HTTP: what an agent reports, and the commands of the answer.</summary>
    public async Task BeatAsync(SimulatedAgent agent, int sessions = 1)
    {
        var enrolled = await Receiver.Service<AgentDirectory>().ReadAsync(agent.Id, TestContext.Current.CancellationToken);
        var commands = await Commands.ExchangeAsync(enrolled!, agent.Heartbeat(sessions), TestContext.Current.CancellationToken);
        agent.Take(commands!);
    }

    public async Task<AccountFacts> FactsAsync(FleetAccountId account) => (await Vault.FindAsync(account, TestContext.Current.CancellationToken))!;

    public async Task<TokenState> StateAsync(FleetAccountId account) => TokenRule.StateOf(await FactsAsync(account), Time.GetUtcNow());

    /// <summary>Moves the clock just past an instant at which something becomes due, so that its own time limits do not overtake what it starts.</summary>
    public void PassTo(TimeSpan due)
    {
        Time.Advance(due - TimeSpan.FromSeconds(10));
        Time.Advance(TimeSpan.FromSeconds(15));
    }

    /// <summary>Waits until the receiver's own rounds have brought an account to this state.</summary>
    public Task WaitForAsync(FleetAccountId account, TokenState state) => AnswerUntilAsync(async () => await StateAsync(account) == state);

    /// <summary>Lets pending answers arrive until something has finished.</summary>
    public async Task FinishAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            if (_handler.Waiting > 0)
            {
                Time.Advance(Issuer.Latency);
            }

            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        await task;
    }

    /// <summary>Lets pending answers arrive until the condition holds.</summary>
    public Task AnswerUntilAsync(Func<bool> condition) => AnswerUntilAsync(() => Task.FromResult(condition()));

    /// <summary>Waits until the stored state of an account meets the condition.</summary>
    public Task WaitForAsync(FleetAccountId account, Func<AccountFacts, bool> condition) => AnswerUntilAsync(async () => condition(await FactsAsync(account)));

    /// <summary>Waits until the receiver's own round has renewed a login.</summary>
    public Task WaitForRefreshAsync(int number) => AnswerUntilAsync(() => Issuer.Accounts[number - 1].Refreshes > 0);

    public async Task<IReadOnlyList<FleetAuditRow>> AuditAsync() => await Receiver.Service<FleetAudit>().ReadAsync(500, long.MaxValue, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<FleetRefusalRow>> RefusalsAsync() => await Receiver.Service<FleetRefusals>().ReadAsync(500, TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<(AccountFacts Account, RefreshOutcome Outcome)>> RefreshAsync() => Receiver.Service<RefreshLoop>().RunAsync(TestContext.Current.CancellationToken);

    public void Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Receiver.DatabasePath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await Receiver.StopAsync();
        Directory.Delete(_root, recursive: true);
    }

    // A round that began late may ask the issuer after the test has moved the clock for the last time, so the clock moves for every request that waits. If the clock
    // overtook a request's time limit, a later round sends it again.
    private async Task AnswerUntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        for (var polls = 1; !await condition(); polls++)
        {
            // What the test waits for may be the request itself: then its answer has to wait.
            if ((_handler.Waiting > 0 || polls % PollsBeforeARound == 0) && !await condition())
            {
                Time.Advance(_handler.Waiting > 0 ? Issuer.Latency : s_round);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    private static Task<RunningReceiver> StartReceiverAsync(TimeProvider time, SimulatorHandler handler, string root, string keys, (string Key, string? Value)[] settings) =>
        RunningReceiver.StartAsync(
            services => services.AddSingleton(_ => new UpstreamHttp(handler)),
            Path.Combine(root, "db"),
            time,
            [("FLEET", "1"), ("VAULT_KEY_PATH", Path.Combine(root, keys)), ("ENV_FILE", Path.Combine(root, ".env")), .. settings]);
}
