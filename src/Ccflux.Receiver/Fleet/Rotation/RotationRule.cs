namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>
/// Decides which account each config dir uses. Pure: the same state at the same instant gives the same decision.
/// <para>The most urgent account is used first (<see cref="Urgency"/>), until it is used up. One whose 5-hour window is at its ceiling, or will be within
/// minutes, waits until it has cooled; one that is about to be used up is left before it is. If no account lasts, one below its ceiling that lasts
/// much longer is chosen, and if nothing better is left, the one in use is used to the end.
/// A switch waits for running tool calls, and for the cooldown unless the account in use is blocked or would be left too late by then.</para>
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

    /// <summary>The decision if no tool call were running.</summary>
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

        var current = FitnessOf(active, state, configDir, pin, now);
        var best = Best(state, configDir, pin, active, current, now, out var target);
        if (current.Fitness == Fitness.Blocked)
        {
            return best is null
                ? new ConfigDirDecision(configDir.Id, Verdict.Blocked, current.Why, From: AccountFigures.Of(active, state.Settings, now))
                : Switch(state, configDir, current.Why, active, best, now);
        }

        if (best == active || !IsBetter(target, current, state.Settings))
        {
            return Stay(configDir, current.Why);
        }

        var reason = current.Fitness != Fitness.Lasting ? current.Why : pin?.Account == best!.Id ? RotationReason.Pinned : RotationReason.Perishable;
        if (reason == RotationReason.Perishable && !Urgency.Of(best!, state.Settings, now).IsWellBefore(Urgency.Of(active!, state.Settings, now), state.Settings))
        {
            return Stay(configDir, RotationReason.InOrder);
        }

        return configDir.LastSwitch + RestAfterSwitch(configDir, current, state.Settings, now) > now
            ? Stay(configDir, RotationReason.Cooldown)
            : Switch(state, configDir, reason, active, best!, now);
    }

    /// <summary>Of two accounts that do not last, switching to the other is worthwhile only if it is below its ceiling, the one left cannot be used again before
    /// it has cooled, and the other lasts longer by the entry factor.</summary>
    private static bool IsBetter(AccountFitness target, AccountFitness active, RotationSettings settings) =>
        target.Fitness < active.Fitness
        || (target.Fitness == active.Fitness
            && (target.Fitness == Fitness.Lasting || (target.Why == RotationReason.FiveHourVelocity && target.Lasts >= settings.EntryHorizons * active.Lasts)));

    /// <summary>The cooldown, or only <see cref="RotationSettings.LeastRest"/> if the account in use is at its ceiling or will be before the cooldown ends.</summary>
    private static TimeSpan RestAfterSwitch(ConfigDirState configDir, AccountFitness active, RotationSettings settings, DateTimeOffset now) =>
        active.Fitness != Fitness.Lasting && now.AddMinutes(active.Breach) < configDir.LastSwitch + settings.Cooldown ? settings.LeastRest : settings.Cooldown;

    private static AccountFitness FitnessOf(AccountState? active, FleetState state, ConfigDirState configDir, Pin? pin, DateTimeOffset now)
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
            ? AccountFitness.Of(active, configDir.Models, state.Settings, 1, null, now)
            : new(Fitness.Blocked, RotationReason.NotGranted);
    }

    /// <summary>The fittest account. Among several that last: the pinned one, else the most urgent. Among several that do not: the one with the most room. Null if
    /// all are blocked.</summary>
    private static AccountState? Best(
        FleetState state, ConfigDirState configDir, Pin? pin, AccountState? active, AccountFitness activeFitness, DateTimeOffset now, out AccountFitness bestFitness)
    {
        AccountState? best = null;
        var bestPlace = default(Urgency);
        bestFitness = new(Fitness.Blocked, RotationReason.InOrder);
        foreach (var account in state.Accounts)
        {
            if (!IsAllowed(account, configDir, pin))
            {
                continue;
            }

            var own = account == active
                ? activeFitness
                : AccountFitness.Of(account, configDir.Models, state.Settings, state.Settings.EntryHorizons, active, now);
            if (own.Fitness == Fitness.Blocked || own.Fitness > bestFitness.Fitness)
            {
                continue;
            }

            var place = pin?.Account == account.Id ? s_pinned
                : own.Fitness == Fitness.Lasting ? Urgency.Of(account, state.Settings, now)
                : new Urgency(0, AccountFitness.Used(account.FiveHour, now));
            if (own.Fitness < bestFitness.Fitness || place.IsBefore(bestPlace))
            {
                (best, bestPlace, bestFitness) = (account, place, own);
            }
        }

        return best;
    }

    /// <summary>The account that the admin requested, if it is available.</summary>
    private static AccountState? Requested(FleetState state, ConfigDirState configDir, Pin? pin, DateTimeOffset now)
    {
        if (Find(state, configDir.Requested) is not { } requested || !IsAllowed(requested, configDir, pin))
        {
            return null;
        }

        var fitness = AccountFitness.Of(requested, configDir.Models, state.Settings, 1, null, now).Fitness;
        return fitness == Fitness.Lasting || (fitness == Fitness.Short && configDir.Active != requested.Id) ? requested : null;
    }

    private static bool IsAllowed(AccountState account, ConfigDirState configDir, Pin? pin) =>
        (pin is not { Mode: PinMode.Strict } || pin.Account == account.Id) && configDir.Granted?.Contains(account.Id) != false;

    /// <summary>The narrowest pin that applies to the config dir.</summary>
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

    /// <summary>Defers a swap while a tool call runs, whatever the reason.</summary>
    private static ConfigDirDecision AfterOpenCalls(ConfigDirDecision decision, ConfigDirState configDir, DateTimeOffset now) =>
        decision.Verdict == Verdict.Switch && configDir.OpenCalls > 0
            ? decision with { Verdict = Verdict.Deferred, Since = configDir.DeferredSince ?? now }
            : decision;

    private static HashSet<FleetAccountId> Cooling(FleetState state, DateTimeOffset now)
    {
        HashSet<FleetAccountId>? cooling = null;
        foreach (var account in state.Accounts)
        {
            var used = AccountFitness.Used(account.FiveHour, now);
            if (used >= (account.FiveHourCeiling ?? state.Settings.FiveHourCeiling) || (account.Cooling && used > state.Settings.FiveHourCool))
            {
                (cooling ??= []).Add(account.Id);
            }
        }

        return cooling ?? [];
    }

    private static AccountState? Find(FleetState state, FleetAccountId? id)
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
