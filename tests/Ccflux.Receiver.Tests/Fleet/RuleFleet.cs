using System.Text;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>
/// A vault, three agents and the issuer in memory: whatever the fleet's rules decide is applied, in an order that a seed draws. Answers to heartbeats and to
/// returned logins get lost, clients renew their logins, and answers of the issuer come late.
/// </summary>
internal sealed class RuleFleet
{
    private const int Accounts = 3;
    private static readonly string[] s_agents = ["agent-0", "agent-1", "agent-2"];

    private readonly Random _random;
    private readonly Func<IssueFacts, IssueFacts> _seen;
    private readonly Dictionary<FleetAccountId, StoredAccount> _vault = [];
    private readonly Dictionary<FleetAccountId, DateTimeOffset> _intents = [];
    private readonly List<StoredAccount> _sent = [];
    private readonly List<OpenCommand> _open = [];
    private readonly Dictionary<long, Login> _contents = [];
    private readonly Dictionary<string, ConfigDir> _dirs = s_agents.ToDictionary(agent => agent, _ => new ConfigDir());
    private readonly HashSet<string> _spent = [];
    private DateTimeOffset _now = RuleFacts.Now;
    private long _ids;
    private int _tokens;

    /// <param name="seed">Draws the order of what happens.</param>
    /// <param name="seen">Changes what <see cref="IssueRule"/> sees, to show that the checks find what goes wrong then.</param>
    public RuleFleet(int seed, Func<IssueFacts, IssueFacts>? seen = null)
    {
        _random = new Random(seed);
        _seen = seen ?? (facts => facts);
        foreach (var id in Enumerable.Range(1, Accounts).Select(id => new FleetAccountId(id)))
        {
            _vault[id] = RuleFacts.Account(login: Parse(id, NewTokens()), id: id.Value);
        }
    }

    /// <summary>Violations: a refresh token that was spent twice, a full login in two config dirs.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>How often a full login was given, a login was renewed by the vault, and one was handed back.</summary>
    public (int Given, int Renewed, int HandedBack) Done { get; private set; }

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var agent = s_agents[_random.Next(s_agents.Length)];
            var account = new FleetAccountId(_random.Next(1, Accounts + 1));
            switch (_random.Next(12))
            {
                case 0 or 1: Issue(agent, account); break;
                case 2 or 3 or 4: Beat(agent); break;
                case 5: BeginRefresh(account); break;
                case 6: SettleRefresh(); break;
                case 7: RenewInPlace(agent); break;
                case 8: Return(agent); break;
                case 9: HandBack(agent); break;
                case 10: TakeOut(agent); break;
                default: Pass(agent); break;
            }

            Check();
        }
    }

    private void Issue(string agent, FleetAccountId account)
    {
        var dir = _dirs[agent];
        var facts = new IssueFacts(
            _vault[account], new Recipient(agent, "", dir.Reported, dir.Account, KeepsInKeychain: false, "key"), IsGranted: true, "key",
            _open.Exists(command => command.AgentId == agent), _intents.ContainsKey(account));
        var decision = IssueRule.Decide(_seen(facts), _random.Next(2) == 0, _now);
        if (decision.Login is not { } login)
        {
            return;
        }

        var id = ++_ids;
        _contents[id] = login;
        _open.Add(RuleFacts.Command(id, decision.Whole, login: login, replaces: dir.Reported) with
        {
            AgentId = agent,
            AccountId = account,
            IssuedAt = _now,
            ExpiresAt = _now + AgentCommandQueue.Lifetime,
        });
        if (decision.Whole)
        {
            Hold(account, Holder.Agent, agent);
            Done = Done with { Given = Done.Given + 1 };
        }
    }

    private void Beat(string agent)
    {
        var dir = _dirs[agent];
        var heartbeat = RuleFacts.Heartbeat(dir.Login?.Fingerprint, [.. dir.Confirmed], [.. dir.Refused]);
        Adopt(Facts(agent, heartbeat.Applied));
        dir.Reported = heartbeat.Applied;
        var answer = new List<OpenCommand>();
        foreach (var (command, step, _) in ExchangeRule.Decide(Open(agent), heartbeat, _now).Steps)
        {
            switch (step)
            {
                case CommandStep.Deliver or CommandStep.Repeat:
                    Replace(command with { IsDelivered = true });
                    answer.Add(command);
                    break;
                case CommandStep.Confirm:
                    _open.RemoveAll(open => open.Id == command.Id);
                    (dir.Account, dir.Reported) = (command.AccountId, command.Fingerprint);
                    break;
                case CommandStep.Refuse or CommandStep.Expire:
                    End(command);
                    break;
                default:
                    break;
            }
        }

        if (_random.Next(4) > 0)
        {
            dir.Confirmed.Clear();
            dir.Refused.Clear();
            answer.ForEach(command => CarryOut(dir, command));
        }
    }

    /// <summary>As the agent does: never one that has expired, nor while a login is to be handed back.</summary>
    private void CarryOut(ConfigDir dir, OpenCommand command)
    {
        if (command.Id <= dir.LastCommand || dir.ToHandBack is not null)
        {
            return;
        }

        dir.LastCommand = command.Id;
        if (command.ExpiresAt <= _now || _random.Next(8) == 0 || command.Replaces != dir.Login?.Fingerprint)
        {
            dir.Refused.Add(new RefusedCommand(command.Id, RefusalReasons.Superseded));
            return;
        }

        dir.ToHandBack = IsFull(dir.Login) ? (dir.Held, dir.Given!, dir.Login!) : null;
        (dir.Login, dir.Given, dir.Held) = (_contents[command.Id], command.Fingerprint, command.AccountId);
        dir.Confirmed.Add(command.Id);
    }

    private void BeginRefresh(FleetAccountId account)
    {
        var facts = new RefreshFacts(
            _vault[account],
            InUse: false,
            _open.Exists(command => command.AccountId == account && command.ExpiresAt > _now),
            _intents.TryGetValue(account, out var at) ? at : null);
        if (RefreshRule.Begin(facts, _vault[account].Fingerprint, again: false, _now).Begins)
        {
            _intents[account] = _now;
            _sent.Add(_vault[account]);
        }
    }

    /// <summary>The issuer answers the request that was sent first.</summary>
    private void SettleRefresh()
    {
        if (_sent.Count == 0)
        {
            return;
        }

        var begun = _sent[0];
        _sent.RemoveAt(0);
        _intents.Remove(begun.AccountId);
        var answer = _random.Next(4) == 0
            ? new IssuerAnswer(IssuerVerdict.Refused, Reason: "answered 429")
            : new IssuerAnswer(IssuerVerdict.Ok, Spend(begun.Login!, begun.AccountId));
        var settled = RefreshRule.Settle(begun, begun.Login!, _vault[begun.AccountId], answer);
        if (settled.Renewed is { } renewed)
        {
            Store(begun.AccountId, renewed);
            Done = Done with { Renewed = Done.Renewed + 1 };
        }
    }

    /// <summary>The client renews the login in its config dir.</summary>
    private void RenewInPlace(string agent)
    {
        var dir = _dirs[agent];
        if (IsFull(dir.Login))
        {
            dir.Login = dir.Login!.Renewed(Spend(dir.Login, dir.Held));
        }
    }

    private void Return(string agent)
    {
        var dir = _dirs[agent];
        if (!IsFull(dir.Login) || dir.Confirmed.Count > 0 || dir.Login!.Fingerprint == dir.Given)
        {
            return;
        }

        if (Offer(agent, dir.Held, dir.Given!, dir.Login, handedBack: false) is "ok" && _random.Next(4) > 0)
        {
            dir.Given = dir.Login.Fingerprint;
        }
    }

    private void HandBack(string agent)
    {
        var dir = _dirs[agent];
        if (dir.ToHandBack is not var (account, given, login) || dir.Confirmed.Count > 0)
        {
            return;
        }

        if (Offer(agent, account, given, login, handedBack: true) is not "ok" || _random.Next(4) > 0)
        {
            dir.ToHandBack = null;
            Done = Done with { HandedBack = Done.HandedBack + 1 };
        }
    }

    /// <summary>The last session has ended: a copy without the refresh token stays.</summary>
    private void TakeOut(string agent)
    {
        var dir = _dirs[agent];
        if (IsFull(dir.Login) && dir.Confirmed.Count == 0 && dir.ToHandBack is null && _random.Next(3) == 0)
        {
            dir.ToHandBack = (dir.Held, dir.Given!, dir.Login!);
            dir.Login = dir.Login!.WithoutRefresh();
        }
    }

    /// <summary>Time passes; commands that nobody fetched end, and sometimes an agent loses its grants and gets them again.</summary>
    private void Pass(string agent)
    {
        _now += TimeSpan.FromMinutes(_random.Next(1, 8));
        foreach (var command in s_agents.SelectMany(Open).Where(command => !command.IsDelivered && command.ExpiresAt <= _now).ToList())
        {
            End(command);
        }

        if (_random.Next(4) == 0)
        {
            var withdrawn = WithdrawalRule.Decide(Facts(agent, _dirs[agent].Reported), Open(agent));
            foreach (var command in withdrawn.Ended)
            {
                End(command);
            }

            _dirs[agent].Account = withdrawn.AccountId;
            Adopt(Facts(agent, _dirs[agent].Reported));
        }
    }

    private string Offer(string agent, FleetAccountId account, string replaces, Login login, bool handedBack)
    {
        var returned = RuleFacts.Returned(replaces, handedBack);
        var facts = new ReturnedLoginFacts(agent, login, _vault[account], IsGranted: true, Open(agent).Exists(command => command.Whole && command.AccountId == account));
        var decision = ReturnedLoginRule.Look(facts, returned);
        decision = decision.Outcome is null ? ReturnedLoginRule.Store(agent, login, _vault[account], returned) : decision;
        if (decision.Replaces)
        {
            Store(account, login);
            _intents.Remove(account);
        }

        if (decision.Holder is { } holder)
        {
            Hold(account, holder, holder is Holder.Agent ? agent : null);
        }

        if (decision.Applied is { } applied)
        {
            (_dirs[agent].Account, _dirs[agent].Reported) = (account, applied);
        }

        return decision.Outcome!;
    }

    private void Check()
    {
        foreach (var id in Enumerable.Range(1, Accounts).Select(id => new FleetAccountId(id)))
        {
            var places = _dirs.Where(pair => pair.Value.Held == id && IsFull(pair.Value.Login) && !_spent.Contains(pair.Value.Login!.RefreshToken!)).ToList();
            if (places.Count > 1)
            {
                Wrong.Add($"the full login of account {id} is in {places.Count} config dirs");
            }

            if (places.Count == 1 && !_vault[id].IsHeldBy(places[0].Key))
            {
                Wrong.Add($"the full login of account {id} is in a config dir and held by {_vault[id].Holder} {_vault[id].HolderAgent}");
            }
        }
    }

    private ConfigDirFacts Facts(string agent, string? applied) => new(
        agent, applied, _dirs[agent].Account,
        [
            .. _vault.Values.Select(account =>
                new ConfigDirAccount(account.AccountId, account.Holder, account.HolderAgent, account.Fingerprint, account.Login!.AccessFingerprint, IsRefreshable: true)),
        ],
        _vault.Keys.ToHashSet());

    private void Adopt(ConfigDirFacts facts)
    {
        var decision = AdoptionRule.Decide(facts);
        _dirs[facts.AgentId].Account = decision.AccountId;
        if (decision.FormerHolder is not null)
        {
            Hold(decision.AccountId!.Value, Holder.Agent, facts.AgentId);
        }
    }

    private List<OpenCommand> Open(string agent) =>
    [
        .. _open.Where(command => command.AgentId == agent)
            .Select(command => command with { IsHeld = _vault[command.AccountId].IsHeldBy(agent) && _vault[command.AccountId].Fingerprint == command.Fingerprint }),
    ];

    private void Replace(OpenCommand command) => _open[_open.FindIndex(open => open.Id == command.Id)] = command;

    private void End(OpenCommand command)
    {
        _open.RemoveAll(open => open.Id == command.Id);
        if (command.IsTakenBack)
        {
            Hold(command.AccountId, Holder.Vault, null);
        }
    }

    private void Hold(FleetAccountId account, string holder, string? agent) => _vault[account] = _vault[account] with { Holder = holder, HolderAgent = agent };

    private void Store(FleetAccountId account, Login login) => _vault[account] = _vault[account] with { Login = login, Fingerprint = login.Fingerprint, RefreshedAt = _now };

    private RenewedTokens Spend(Login login, FleetAccountId account)
    {
        if (!_spent.Add(login.RefreshToken!))
        {
            Wrong.Add($"a refresh token of account {account} was spent twice");
        }

        var number = NewTokens();
        return new RenewedTokens($"access-{number}", $"refresh-{number}", _now.AddHours(8), null);
    }

    private int NewTokens() => ++_tokens;

    private static Login Parse(FleetAccountId account, int number) =>
        Login.Parse(Encoding.UTF8.GetBytes($$"""{"accessToken":"access-{{number}}","refreshToken":"refresh-{{number}}","seat":{{account}}}"""), out _)!;

    private static bool IsFull(Login? login) => login?.RefreshToken is not null;

    /// <summary>A config dir, with what its agent remembers and what the receiver has stored of its last report.</summary>
    private sealed class ConfigDir
    {
        public Login? Login { get; set; }

        /// <summary>The account of that login.</summary>
        public FleetAccountId Held { get; set; }

        /// <summary>Fingerprint of the login that it was given, or last returned.</summary>
        public string? Given { get; set; }

        public (FleetAccountId Account, string Given, Login Login)? ToHandBack { get; set; }

        public List<long> Confirmed { get; } = [];

        public List<RefusedCommand> Refused { get; } = [];

        public long LastCommand { get; set; }

        /// <summary>What the receiver has stored of its last report.</summary>
        public string? Reported { get; set; }

        /// <summary>The account that it has according to the receiver.</summary>
        public FleetAccountId? Account { get; set; }
    }
}
