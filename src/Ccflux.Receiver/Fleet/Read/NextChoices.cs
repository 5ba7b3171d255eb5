using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>The account that each config dir of a tick gets once the one in use cannot be used. Calculated once per tick for all readers.</summary>
internal sealed record NextChoices(LastTick? Tick, IReadOnlyDictionary<string, FleetAccountId?> ByAgent)
{
    public static NextChoices None { get; } = new(null, new Dictionary<string, FleetAccountId?>(StringComparer.Ordinal));

    public static NextChoices Of(LastTick tick) => new(tick, tick.State.ConfigDirs.Zip(tick.Decision.ConfigDirs).ToDictionary(
        pair => pair.First.Id, pair => NextOf(tick.State, pair.Second is { Verdict: Verdict.Switch, To: { } now } ? pair.First with { Active = now } : pair.First, tick.At), StringComparer.Ordinal));

    /// <summary>Evaluates the same rule as if the account in use could no longer be used.</summary>
    private static FleetAccountId? NextOf(FleetState state, ConfigDirState configDir, DateTimeOffset now)
    {
        var without = state with
        {
            Accounts = [.. state.Accounts.Select(account => account.Id == configDir.Active ? account with { Login = LoginState.NeedsLogin } : account)],
            ConfigDirs = [configDir with { OpenCalls = 0, Requested = null }],
            Paused = false,
        };
        return RotationRule.Decide(without, now).ConfigDirs[0].To;
    }
}
