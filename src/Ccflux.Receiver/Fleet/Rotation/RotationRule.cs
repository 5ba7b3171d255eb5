namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>
/// Which account each config dir uses. Pure: the same state at the same instant gives the same decision.
/// <para>The most urgent account goes first (<see cref="Urgency"/>) and is used up. One whose 5-hour window is at its ceiling, or will be within minutes,
/// waits until it has cooled; one that is about to be used up is left before it is. Where nothing better is left, those are used to the end.
/// A switch waits for running tool calls, and for the cooldown unless the account in use is blocked.</para>
/// </summary>
internal static class RotationRule
{
    private static readonly Urgency s_pinned = new(-1, 0);

    public static Decision Decide(FleetState state, DateTimeOffset now)
    {
        var decisions = new ConfigDirDecision[state.ConfigDirs.Count];
        for (var index = 0; index < decisions.Length; index++)
        {
            var configDir = state.ConfigDirs[index];
            decisions[index] = AfterOpenCalls(Choose(state, configDir, now), configDir, now);
        }

        return new Decision(decisions, Cooling(state, now));
    }

    /// <summary>What would be done if no tool call ran.</summary>
    private static ConfigDirDecision Choose(FleetState state, ConfigDirState configDir, DateTimeOffset now)
    {
        var active = Find(state, configDir.Active);
        var pin = PinOf(state, configDir);
        if (Requested(state, configDir, pin, now) is { } requested)
        {
            return requested == active ? Stay(configDir, RotationReason.Requested) : Switch(state, configDir, RotationReason.Requested, active, requested, now);
        }

        if (state.Paused)
        {
            return Stay(configDir, RotationReason.Paused);
        }

        var standing = StandingOf(active, state, configDir, pin, now);
        var best = Best(state, configDir, pin, active, standing.Fitness, now, out var fitness);
        if (standing.Fitness == Fitness.Blocked)
        {
            return best is null
                ? new ConfigDirDecision(configDir.Id, Verdict.Blocked, standing.Why, From: AccountFigures.Of(active, state.Settings, now))
                : Switch(state, configDir, standing.Why, active, best, now);
        }

        if (best == active || fitness > standing.Fitness || (fitness == standing.Fitness && fitness != Fitness.Lasting))
        {
            return Stay(configDir, standing.Why);
        }

        var reason = standing.Fitness != Fitness.Lasting ? standing.Why : pin?.Account == best!.Id ? RotationReason.Pinned : RotationReason.Perishable;
        if (reason == RotationReason.Perishable && !Urgency.Of(best!, state.Settings, now).IsWellBefore(Urgency.Of(active!, state.Settings, now), state.Settings))
        {
            return Stay(configDir, RotationReason.InOrder);
        }

        return configDir.LastSwitch + state.Settings.Cooldown > now
            ? Stay(configDir, RotationReason.Cooldown)
            : Switch(state, configDir, reason, active, best!, now);
    }

    private static Standing StandingOf(AccountState? active, FleetState state, ConfigDirState configDir, Pin? pin, DateTimeOffset now)
    {
        if (active is null)
        {
            return new(Fitness.Blocked, RotationReason.FirstChoice);
        }

        if (pin is { Mode: PinMode.Strict } && pin.Account != active.Id)
        {
            return new(Fitness.Blocked, RotationReason.Pinned);
        }

        return IsAllowed(active, configDir, pin)
            ? Standing.Of(active, configDir.Models, state.Settings, 1, null, now)
            : new(Fitness.Blocked, RotationReason.NotGranted);
    }

    /// <summary>The fittest account; of several that last the pinned one, else the most urgent; of several that do not, the one with most room. Null where
    /// all are blocked.</summary>
    private static AccountState? Best(
        FleetState state, ConfigDirState configDir, Pin? pin, AccountState? active, Fitness activeFitness, DateTimeOffset now, out Fitness fitness)
    {
        AccountState? best = null;
        var bestPlace = default(Urgency);
        fitness = Fitness.Blocked;
        foreach (var account in state.Accounts)
        {
            if (!IsAllowed(account, configDir, pin))
            {
                continue;
            }

            var own = account == active
                ? activeFitness
                : Standing.Of(account, configDir.Models, state.Settings, state.Settings.EntryHorizons, active, now).Fitness;
            if (own == Fitness.Blocked || own > fitness)
            {
                continue;
            }

            var place = pin?.Account == account.Id ? s_pinned
                : own == Fitness.Lasting ? Urgency.Of(account, state.Settings, now)
                : new Urgency(0, Standing.Used(account.FiveHour, now));
            if (own < fitness || place.IsBefore(bestPlace))
            {
                (best, bestPlace, fitness) = (account, place, own);
            }
        }

        return best;
    }

    /// <summary>What the admin asked for, where it can be had.</summary>
    private static AccountState? Requested(FleetState state, ConfigDirState configDir, Pin? pin, DateTimeOffset now)
    {
        if (Find(state, configDir.Requested) is not { } requested || !IsAllowed(requested, configDir, pin))
        {
            return null;
        }

        var fitness = Standing.Of(requested, configDir.Models, state.Settings, 1, null, now).Fitness;
        return fitness == Fitness.Lasting || (fitness == Fitness.Short && configDir.Active != requested.Id) ? requested : null;
    }

    private static bool IsAllowed(AccountState account, ConfigDirState configDir, Pin? pin) =>
        (pin is not { Mode: PinMode.Strict } || pin.Account == account.Id) && configDir.Granted?.Contains(account.Id) != false;

    /// <summary>The narrowest that holds for the config dir.</summary>
    private static Pin? PinOf(FleetState state, ConfigDirState configDir)
    {
        Pin? narrowest = null;
        foreach (var pin in state.Pins)
        {
            if (pin.HoldsFor(configDir) && (narrowest is null || pin.Scope < narrowest.Scope))
            {
                narrowest = pin;
            }
        }

        return narrowest;
    }

    private static ConfigDirDecision Stay(ConfigDirState configDir, RotationReason reason) => new(configDir.Id, Verdict.Stay, reason);

    private static ConfigDirDecision Switch(
        FleetState state, ConfigDirState configDir, RotationReason reason, AccountState? active, AccountState target, DateTimeOffset now) =>
        new(configDir.Id, Verdict.Switch, reason, target.Id, null, AccountFigures.Of(active, state.Settings, now), AccountFigures.Of(target, state.Settings, now));

    /// <summary>No swap while a tool call runs, whatever the reason.</summary>
    private static ConfigDirDecision AfterOpenCalls(ConfigDirDecision decision, ConfigDirState configDir, DateTimeOffset now) =>
        decision.Verdict == Verdict.Switch && configDir.OpenCalls > 0
            ? decision with { Verdict = Verdict.Deferred, Since = configDir.DeferredSince ?? now }
            : decision;

    private static HashSet<long> Cooling(FleetState state, DateTimeOffset now)
    {
        HashSet<long>? cooling = null;
        foreach (var account in state.Accounts)
        {
            var used = Standing.Used(account.FiveHour, now);
            if (used >= (account.FiveHourCeiling ?? state.Settings.FiveHourCeiling) || (account.Cooling && used > state.Settings.FiveHourCool))
            {
                (cooling ??= []).Add(account.Id);
            }
        }

        return cooling ?? [];
    }

    private static AccountState? Find(FleetState state, long? id)
    {
        foreach (var account in state.Accounts)
        {
            if (account.Id == id)
            {
                return account;
            }
        }

        return null;
    }
}
