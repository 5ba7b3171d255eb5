using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Builds the input of the rotation rule from the vault, quota's readings, live sessions and the admin's settings.</summary>
internal sealed class FleetStateReader(AccountWindows quota, VaultStore vault, AgentStore agents, LiveSessions sessions, RotationControls controls, RotationSettings settings, TimeProvider time)
{
    /// <summary>A copy without a refresh token that expires sooner than this is of no use.</summary>
    private static readonly TimeSpan s_copyLife = TimeSpan.FromMinutes(10);

    /// <param name="cooling">From the last decision.</param>
    /// <param name="deferred">Since when switches wait, by agent.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<FleetState> ReadAsync(IReadOnlySet<FleetAccountId> cooling, IReadOnlyDictionary<string, DateTimeOffset> deferred, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var accounts = await vault.AllAsync(cancellationToken);
        var directives = await controls.ReadAsync(cancellationToken);
        var windows = await quota.ReadAsync(now, cancellationToken);
        var known = (await agents.AllAsync(cancellationToken)).ToDictionary(agent => agent.AgentId, StringComparer.Ordinal);
        return new FleetState(
            settings,
            [.. accounts.Select(account => Account(account, windows[account.AccountId], cooling, now))],
            [.. sessions.Read().Where(seen => CanSwitch(seen, known.GetValueOrDefault(seen.AgentId))).Select(seen => ConfigDir(seen, known[seen.AgentId], accounts, directives, deferred, now))],
            [.. directives.Pins.Select(pin => pin.ToRule())],
            directives.Paused);
    }

    /// <summary>False if the agent is offline, its client keeps its login elsewhere, or a command is in progress.</summary>
    private static bool CanSwitch(ObservedConfigDir seen, AgentFacts? agent) =>
        seen.Presence is Presence.Live && agent is { RevokedAt: null, PendingAccount: null } && !string.Equals(agent.Login, Contracts.Fleet.LoginPlace.Keychain, StringComparison.Ordinal);

    private static ConfigDirState ConfigDir(
        ObservedConfigDir seen, AgentFacts agent, IReadOnlyList<AccountFacts> accounts, RotationDirectives directives, IReadOnlyDictionary<string, DateTimeOffset> deferred, DateTimeOffset now) =>
        new(agent.AgentId, agent.Machine, agent.AccountId)
        {
            OpenCalls = seen.OpenCalls,
            OpenSince = seen.OldestCall,
            Models = [.. seen.Sessions.Select(session => session.Model).OfType<string>().Distinct(StringComparer.Ordinal)],
            LastSwitch = agent.LastSwitchAt,
            DeferredSince = deferred.TryGetValue(agent.AgentId, out var since) ? since : null,
            Requested = directives.Requested.TryGetValue(agent.AgentId, out var requested) ? requested : null,
            Granted = accounts.Where(account => agent.Granted.Contains(account.AccountId) && CanBeHad(account, agent.AgentId, now)).Select(account => account.AccountId).ToHashSet(),
        };

    /// <summary>Whether the full login is available, or a copy that works for a while.</summary>
    private static bool CanBeHad(AccountFacts account, string agent, DateTimeOffset now) =>
        account.Holder is Holder.Vault || string.Equals(account.HolderAgent, agent, StringComparison.Ordinal) || account.ExpiresAt - now > s_copyLife;

    private static AccountState Account(AccountFacts account, IEnumerable<(string Name, WindowState Window)> windows, IReadOnlySet<FleetAccountId> cooling, DateTimeOffset now)
    {
        WindowState? fiveHour = null, sevenDay = null;
        var scoped = new List<ScopedWindow>();
        foreach (var (name, window) in windows)
        {
            if (name is LimitNames.FiveHour)
            {
                fiveHour = window;
            }
            else if (name is LimitNames.SevenDay)
            {
                sevenDay = window;
            }
            else if (LimitNames.ModelOf(name) is { } model)
            {
                scoped.Add(new ScopedWindow(name, model, window));
            }
        }

        return new AccountState(account.AccountId, fiveHour, sevenDay)
        {
            Login = TokenRule.StateOf(account, now) switch
            {
                TokenState.Ok or TokenState.Expiring => LoginState.Usable,
                TokenState.Refreshing or TokenState.ExpiredExhausted => LoginState.Renewing,
                TokenState.CannotBeOpened => LoginState.NeedsLogin,
                TokenState.NeedsLogin => account.Fault is AccountFault.InvalidGrant ? LoginState.Quarantined : LoginState.NeedsLogin,
            },
            Scoped = scoped,
            FiveHourCeiling = account.FiveHourCeiling,
            SevenDayCeiling = account.SevenDayCeiling,
            Cooling = cooling.Contains(account.AccountId),
        };
    }
}
