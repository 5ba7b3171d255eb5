using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>The last decision of rotation for a config dir, and its basis.</summary>
/// <param name="Account">The account in use at the time; null if it is not in the vault.</param>
/// <param name="Verdict">stay, switch, deferred or blocked.</param>
/// <param name="Reason">As spelled in events.</param>
/// <param name="To">The account it got, or waits for.</param>
/// <param name="Since">Since when a switch waits.</param>
/// <param name="Next">The account that it gets once the one in use cannot be used; null if there is none.</param>
/// <param name="Figures">Of the account in use.</param>
/// <param name="NextFigures">Of the next account.</param>
public sealed record DecisionRow(
    string Agent, string Machine, string ConfigDir, string? Account, string Verdict, string Reason, string? To, DateTimeOffset? Since, string? Next, FigureCell? Figures, FigureCell? NextFigures);

/// <summary>An account's figures at the time of a decision; null means unknown.</summary>
/// <param name="FiveHourPerMinute">How fast it rises, in percent per minute.</param>
public sealed record FigureCell(double? SevenDay, double? SevenDayPerMinute, double? FiveHour, double? FiveHourPerMinute, bool IsOld);

/// <summary>Builds the rows of the last tick. Pure.</summary>
internal static class DecisionRows
{
    public static IReadOnlyList<DecisionRow> Of(NextChoices next, IReadOnlyList<AgentRow> agents, IReadOnlyDictionary<FleetAccountId, string> labels)
    {
        if (next.Tick is not { } last)
        {
            return [];
        }

        var byId = agents.ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        return
        [
            .. last.State.ConfigDirs.Zip(last.Decision.ConfigDirs)
                .Where(pair => byId.ContainsKey(pair.First.Id))
                .Select(pair => Row(last, pair.First, pair.Second, next.ByAgent[pair.First.Id], byId[pair.First.Id], labels))
                .OrderBy(row => row.Machine, StringComparer.OrdinalIgnoreCase).ThenBy(row => row.ConfigDir, StringComparer.Ordinal),
        ];
    }

    private static DecisionRow Row(LastTick last, ConfigDirState configDir, ConfigDirDecision decision, FleetAccountId? next, AgentRow agent, IReadOnlyDictionary<FleetAccountId, string> labels)
    {
        return new DecisionRow(
            agent.Id,
            agent.Machine,
            agent.ConfigDir,
            Label(configDir.Active),
            ApiValue.Name(decision.Verdict),
            RotationEvent.Word(decision.Reason),
            Label(decision.To),
            decision.Since,
            Label(next),
            Figures(configDir.Active),
            Figures(decision.To ?? next));

        string? Label(FleetAccountId? account) => account is { } id ? labels.GetValueOrDefault(id) : null;

        FigureCell? Figures(FleetAccountId? account) =>
            account is { } id && AccountFigures.Of(last.State.Accounts.FirstOrDefault(one => one.Id == id), last.State.Settings, last.At) is { } figures
                ? new FigureCell(figures.SevenDay, figures.SevenDayPerMinute, figures.FiveHour, figures.FiveHourPerMinute, figures.Stale)
                : null;
    }
}
