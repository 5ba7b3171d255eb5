using System.Collections.Concurrent;
using System.Diagnostics;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>
/// Three native agents with config directories on disk, two receivers and the operator's commands, all working on one vault at once. Each process that a fault ends is
/// restarted with the next step's fault, until every step was reached; meanwhile every login file is read again and again.
/// </summary>
internal sealed class FleetRace : IAsyncDisposable
{
    private const int Accounts = 6;
    private const int Agents = 3;

    /// <summary>Exit code of a process ended by SIGKILL.</summary>
    private const int Killed = 137;

    /// <summary>In the vault every login is always due for renewal.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(75);

    /// <summary>A race ends when every step was reached; on a busy machine that takes a few times as long as on a quiet one.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(4);

    /// <summary>Longer than an answer of the issuer and its commit take.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(10);

    private static readonly string[] s_whileServing = [VaultFaultPoints.CommandDelivered, VaultFaultPoints.CommandSettled, VaultFaultPoints.CredentialProven, VaultFaultPoints.CredentialStored];

    private readonly SharedVault _vault;
    private readonly Relay _relay;
    private readonly int _seed;
    private readonly List<NativeAgent> _agents = [];
    private readonly HttpClient _issuer;
    private readonly ConcurrentDictionary<string, int> _killed = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _wrong = [];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _needing = [];
    private IReadOnlyList<string> _wanted = [];
    private volatile bool _isQuiet;
    private int _reads;
    private int _swaps;
    private int _longLives;

    private FleetRace(SharedVault vault, int seed)
    {
        _vault = vault;
        _seed = seed;
        _relay = new Relay(vault.Here.Address);
        _issuer = new HttpClient { BaseAddress = vault.IssuerAddress };
    }

    /// <summary>Steps of an agent, as named in <c>Ccflux.Hook</c>; the last one is reached when a swap is undone.</summary>
    public static IReadOnlyList<string> AgentSteps { get; } =
        ["heartbeat-answered", "client-locked", "swap-journaled", "login-copied", "login-replaced", "swap-noted", "login-returned", "renewed-returned", "swap-undone"];

    public static IReadOnlyList<string> ReceiverSteps => VaultFaultPoints.All;

    public IReadOnlyDictionary<string, int> KilledAt => _killed;

    /// <summary>Violations that were found.</summary>
    public IReadOnlyCollection<string> Wrong => [.. _wrong];

    /// <summary>Accounts that need a login, with their history.</summary>
    public IReadOnlyList<string> Needing => _needing;

    public int Reads => _reads;

    public int Swaps => _swaps;

    public int Renewals => _vault.Issuer.Accounts.Sum(account => account.Refreshes);

    /// <summary>Logins whose state can only be explained by a loss between the issuer's answer and the commit.</summary>
    public int MayNeedLogin => _killed.GetValueOrDefault(VaultFaultPoints.IntentWritten) + _killed.GetValueOrDefault(VaultFaultPoints.IssuerAnswered) + _longLives;

    public static async Task<FleetRace> SetAsync(int seed)
    {
        var race = new FleetRace(await SharedVault.OpenAsync(Accounts + 1), seed);
        race._vault.Issuer.Lifetime = s_lifetime;
        race.MakeAlwaysDue();
        for (var number = 1; number <= Accounts; number++)
        {
            await race._vault.ImportAsync(number, s_lifetime);
        }

        var vaultStore = race._vault.Here.Service<AgentStore>();
        for (var index = 0; index < Agents; index++)
        {
            // One user was signed in with a personal account, which the vault does not know.
            var own = index == 0 ? race._vault.Issuer.Accounts[Accounts].Login(TimeProvider.System.GetUtcNow() + s_lifetime) : null;
            var agent = new NativeAgent(Path.Combine(race._vault.Root, $"home-{index}"), own);
            race._agents.Add(agent);
            await agent.EnrolAsync(race._relay.Address, (await vaultStore.NewCodeAsync(Environment.MachineName, Actor.Cli))!);
            for (var account = 1; account <= Accounts; account++)
            {
                await vaultStore.GrantAsync(agent.Id, new FleetAccountId(account), granted: true, Actor.Cli);
            }
        }

        race._vault.Issuer.Latency = TimeSpan.FromMilliseconds(150);
        return race;
    }

    /// <summary>Races until every step was reached, or it takes too long.</summary>
    public async Task RunAsync(IReadOnlyList<string> steps)
    {
        _wanted = steps;
        using var stop = new CancellationTokenSource();
        List<Task> machines = [WatchAsync(stop.Token), .. _agents.Select((agent, index) => KeepRunningAsync(agent, Shuffled(steps.Intersect(AgentSteps, StringComparer.Ordinal), index), index, stop.Token))];
        List<Task> people = [SwitchAsync(), RenewHereAsync(), ServeAsync(steps), CommandAsync(steps), .. _agents.Select((agent, index) => LiveAsync(agent, index))];
        await Task.WhenAny(_reached.Task, Task.WhenAll(machines), Task.WhenAll(people), Task.Delay(s_longest, TimeProvider.System, CancellationToken.None));

        _isQuiet = true;
        await Task.WhenAll(people);
        _relay.Lead(_vault.Here.Address);
        var watch = Stopwatch.StartNew();
        await UntilAsync(IsOwnTakenOutAsync, "the user's own login is never taken out", watch);
        await UntilAsync(IsSettledAsync, "the config dirs do not come to rest", watch);
        foreach (var agent in _agents.Where(agent => agent.HasClient))
        {
            agent.KillClient();
        }

        await UntilAsync(IsAtHomeAsync, "not every login went back to the vault", watch);
        await stop.CancelAsync();
        await Task.WhenAll(machines);
    }

    /// <summary>Makes every login count as renewed long ago and soon to expire, so that each round of each process renews all that it may.</summary>
    private void MakeAlwaysDue()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _vault.Here.DatabasePath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            CREATE TRIGGER always_due AFTER UPDATE OF refreshed_at ON fleet_accounts WHEN NEW.refreshed_by <> 'login' AND NEW.expires_at - NEW.refreshed_at < 7200000
            BEGIN UPDATE fleet_accounts SET refreshed_at = NEW.refreshed_at - 7200000 WHERE account_id = NEW.account_id; END
            """;
        command.ExecuteNonQuery();
    }

    /// <summary>Checks every account once all is quiet: the vault has it, its login is the newest, and it can be renewed once more, or it reports that it cannot.</summary>
    /// <returns>How many need a login.</returns>
    public async Task<int> CheckAsync()
    {
        var needLogin = 0;
        var before = await _vault.Here.Service<VaultStore>().AllAsync(CancellationToken.None);
        await _vault.Here.Service<RefreshLoop>().RunAsync(CancellationToken.None);
        await UntilAsync(IsNothingUnderWayAsync, "a refresh neither ends nor began long ago", Stopwatch.StartNew());
        var later = TimeProvider.System.GetUtcNow() + TokenRule.IntentLifetime;
        var stored = await _vault.Here.Service<VaultStore>().AllAsync(CancellationToken.None);
        foreach (var account in _vault.Issuer.Accounts.Take(Accounts))
        {
            var facts = stored.Single(facts => facts.Uuid == account.Id);
            var state = TokenRule.StateOf(facts, later);
            if (account.Reuses > 0)
            {
                _wrong.Add($"{facts.Label}: a refresh token was presented {account.Reuses} times after it was spent");
            }

            if (state == TokenState.NeedsLogin)
            {
                needLogin++;
                _needing.Add($"{facts.Label}: {await StoryAsync(facts.AccountId)}");
            }
            else if (facts.Holder != Holder.Vault || facts.Fingerprint != CredentialFingerprint.Of(account.RefreshToken))
            {
                _wrong.Add($"{facts.Label}: held by {facts.Holder}, {(facts.Fingerprint == CredentialFingerprint.Of(account.RefreshToken) ? "with its login" : "its login is lost")}, and shown as {state}; {await StoryAsync(facts.AccountId)}");
            }
            else if (facts.Fingerprint == before.Single(facts => facts.Uuid == account.Id).Fingerprint)
            {
                _wrong.Add($"{facts.Label}: not renewed once more");
            }
        }

        if (!File.Exists(_agents[0].OwnLogin) || !(await File.ReadAllTextAsync(_agents[0].OwnLogin)).Contains(_vault.Issuer.Accounts[Accounts].RefreshToken, StringComparison.Ordinal))
        {
            _wrong.Add("the user's own login is not kept");
        }

        foreach (var agent in _agents.Where(agent => File.Exists(agent.RefusedLogin)))
        {
            _wrong.Add($"{agent.Id}: the receiver refused a login of the fleet's");
        }

        return needLogin;
    }

    public string Describe() => $"killed at {string.Join(", ", _killed.Select(pair => $"{pair.Key} {pair.Value}"))}\n{string.Join('\n', _agents.Select(agent => agent.Describe()))}";

    public async ValueTask DisposeAsync()
    {
        _agents.ForEach(agent => agent.Dispose());
        await _relay.DisposeAsync();
        _issuer.Dispose();
        await _vault.DisposeAsync();
    }

    /// <summary>Does what hooks do: if no agent is running, one is started; here with the next step at which it is killed.</summary>
    private async Task KeepRunningAsync(NativeAgent agent, Queue<string> faults, int index, CancellationToken cancellationToken)
    {
        var random = new Random((_seed * 31) + index);
        while (!cancellationToken.IsCancellationRequested)
        {
            string? fault = null;
            if (!_isQuiet)
            {
                faults.TryPeek(out fault);
            }

            using var process = agent.Start(fault);
            var killed = await EndedAsync(process, random, cancellationToken);
            if (fault is not null && !killed && process.ExitCode == Killed)
            {
                Reached(faults.Dequeue());
            }
            else if (fault is not null)
            {
                faults.Enqueue(faults.Dequeue()); // another step first: this one may need a swap that does not come
            }
        }
    }

    /// <summary>Waits for its end; now and then it is killed at an arbitrary point.</summary>
    private async Task<bool> EndedAsync(Process process, Random random, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var life = TimeSpan.FromSeconds(4 + (random.NextDouble() * 8));
        while (!process.HasExited)
        {
            if (cancellationToken.IsCancellationRequested || (!_isQuiet && watch.Elapsed > life))
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                _killed.AddOrUpdate("anywhere", 1, (_, count) => count + 1);
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        return false;
    }

    /// <summary>The user's side: sessions come and go, the client renews its login, and sometimes dies.</summary>
    private async Task LiveAsync(NativeAgent agent, int index)
    {
        var random = new Random((_seed * 97) + index);
        while (!_isQuiet)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 900)), TimeProvider.System, CancellationToken.None);
            switch (random.Next(8))
            {
                case 0 when agent.HasClient:
                    agent.KillClient();
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(3000)), TimeProvider.System, CancellationToken.None);
                    agent.StartClient();
                    break;
                case < 4:
                    await agent.RenewAsync(_issuer, s_lifetime);
                    break;
                default:
                    agent.NoteSession();
                    break;
            }
        }
    }

    /// <summary>Switches accounts all the time.</summary>
    private async Task SwitchAsync()
    {
        var random = new Random(_seed);
        while (!_isQuiet)
        {
            var issued = await _vault.Here.Commands().IssueAsync(_agents[random.Next(Agents)].Id, new FleetAccountId(random.Next(1, Accounts + 1)), allowCopy: random.Next(4) == 0, Actor.Cli);
            _swaps += issued.Outcome == IssueOutcome.Issued ? 1 : 0;
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task RenewHereAsync()
    {
        while (!_isQuiet)
        {
            await _vault.Here.Service<RefreshLoop>().RunAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>The second receiver, which agents talk to alternately with the first; a fault ends it, and it is restarted with the next one.</summary>
    private async Task ServeAsync(IReadOnlyList<string> steps)
    {
        foreach (var fault in Shuffled(steps.Intersect(s_whileServing, StringComparer.Ordinal), 11))
        {
            if (_isQuiet)
            {
                return;
            }

            using var process = _vault.Process(fault);
            var life = Stopwatch.StartNew();
            await process.StartAsync();
            _relay.Lead(process.Address, _vault.Here.Address);
            while (!process.HasEnded && !_isQuiet)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
            }

            _longLives += life.Elapsed > TimeSpan.FromSeconds(25) ? 1 : 0; // it may have been renewing, too
            _relay.Lead(_vault.Here.Address);
            if (process.HasEnded)
            {
                Reached(fault);
            }
        }
    }

    /// <summary>The operator's commands, run alongside both.</summary>
    private async Task CommandAsync(IReadOnlyList<string> steps)
    {
        var left = Shuffled(steps.Intersect(VaultFaultPoints.All, StringComparer.Ordinal).Except(s_whileServing, StringComparer.Ordinal), 13);
        while (left.TryDequeue(out var fault) && !_isQuiet)
        {
            string[] command = fault switch
            {
                VaultFaultPoints.CommandIssued => ["fleet", "give", _agents[_seed % Agents].Id, "--account", $"seat {1 + (left.Count % Accounts)}"],
                VaultFaultPoints.KeyAdded or VaultFaultPoints.Reencrypted => ["fleet", "rotate-keys"],
                _ => ["fleet", "refresh"],
            };
            using var process = _vault.Process(fault);
            if ((await process.RunAsync(command)).ExitCode == Killed)
            {
                Reached(fault);
            }
            else
            {
                left.Enqueue(fault);
            }
        }
    }

    /// <summary>Reads every login file as often as possible: it is complete at each instant, with all foreign content.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var agent in _agents)
            {
                var failure = Record.Exception(agent.ReadLogin);
                if (failure is not null)
                {
                    _wrong.Add($"{agent.Id}: {failure.Message}");
                    return;
                }

                _reads++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }
    }

    private void Reached(string step)
    {
        _killed.AddOrUpdate(step, 1, (_, count) => count + 1);
        if (_wanted.All(_killed.ContainsKey))
        {
            _reached.TrySetResult();
        }
    }

    /// <summary>A client that renews its login every second, as here, may never leave time to swap the login that a command replaces. It pauses now.</summary>
    private async Task<bool> IsOwnTakenOutAsync()
    {
        if (File.Exists(_agents[0].OwnLogin))
        {
            return true;
        }

        for (var account = 1; account <= Accounts; account++)
        {
            await _vault.Here.Commands().IssueAsync(_agents[0].Id, new FleetAccountId(account), allowCopy: true, Actor.Cli);
        }

        return false;
    }

    private async Task<bool> IsSettledAsync() =>
        !_agents.Exists(agent => agent.IsBusy) && (await _vault.Here.Service<AgentStore>().AllAsync(CancellationToken.None)).All(agent => agent.PendingAccount is null);

    /// <summary>The receiver's own round may have just run; an intent left by a killed process is older than any answer takes.</summary>
    private async Task<bool> IsNothingUnderWayAsync()
    {
        var longAgo = TimeProvider.System.GetUtcNow() - s_answer;
        return (await _vault.Here.Service<VaultStore>().AllAsync(CancellationToken.None)).All(account => account.IntentAt is null || account.IntentAt < longAgo);
    }

    /// <summary>Once the last session has ended, the vault holds every login again.</summary>
    private async Task<bool> IsAtHomeAsync()
    {
        var later = TimeProvider.System.GetUtcNow() + TokenRule.IntentLifetime;
        return !_agents.Exists(agent => agent.IsBusy || agent.WholeLogin() is not null)
            && (await _vault.Here.Service<VaultStore>().AllAsync(CancellationToken.None)).All(account => account.Holder is Holder.Vault || TokenRule.StateOf(account, later) is TokenState.NeedsLogin);
    }

    /// <summary>The latest audit entries of an account, and the contents of the config directories: no secrets, only fingerprints.</summary>
    private async Task<string> StoryAsync(FleetAccountId account)
    {
        var rows = await _vault.Here.Service<FleetAudit>().ReadAsync(500, long.MaxValue, CancellationToken.None);
        var told = rows.Where(row => row.AccountId == account).Take(14).Reverse().Select(row => $"{row.At:mm:ss.fff} {row.Action} {row.Outcome} {row.AgentId?[..4]} {row.Fingerprint} {row.Detail}");
        return $"{string.Join(" | ", told)}; config dirs: {string.Join(", ", _agents.Select(agent => $"{agent.Id[..4]} {agent.WholeLogin()}{(agent.IsBusy ? " busy" : "")}"))}";
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string otherwise, Stopwatch watch)
    {
        while (!await condition())
        {
            if (watch.Elapsed > s_backoff)
            {
                _wrong.Add(otherwise);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private Queue<string> Shuffled(IEnumerable<string> steps, int salt)
    {
        var order = steps.ToArray();
        new Random((_seed * 13) + salt).Shuffle(order);
        return new Queue<string>(order);
    }
}
