using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>What happens to an open command when its agent reports.</summary>
internal enum CommandStep
{
    /// <summary>Nothing: it can no longer be sent, and it may still be carried out.</summary>
    Wait = 1,

    /// <summary>It is in the answer for the first time.</summary>
    Deliver = 2,

    /// <summary>It is in the answer again.</summary>
    Repeat = 3,

    /// <summary>It was carried out.</summary>
    Confirm = 4,

    /// <summary>Its agent does not carry it out.</summary>
    Refuse = 5,

    /// <summary>It was not carried out in time.</summary>
    Expire = 6,
}

/// <param name="Reason">Why it ends, if it does.</param>
internal sealed record ExchangeStep(OpenCommand Command, CommandStep Step, string Reason = "");

/// <summary>What a heartbeat means for the commands to its agent.</summary>
/// <param name="Strays">The number of answers to commands that are not open, or that this receiver never gave.</param>
/// <param name="LastStray">The last of them, in words; null if there is none.</param>
/// <param name="Steps">One for each open command.</param>
internal sealed record ExchangeDecision(int Strays, string? LastStray, IReadOnlyList<ExchangeStep> Steps);

/// <summary>Decides what a heartbeat means for the commands to its agent. Pure.</summary>
internal static class ExchangeRule
{
    private const string NotInTime = "not carried out in time";

    /// <param name="open">The agent's commands that are not settled.</param>
    /// <param name="heartbeat">What it reports.</param>
    /// <param name="now">The current time.</param>
    public static ExchangeDecision Decide(IReadOnlyList<OpenCommand> open, Heartbeat heartbeat, DateTimeOffset now)
    {
        // Settled long ago, or never ours: someone is showing the agent old commands or forged ones.
        var strays = heartbeat.Refused.Where(refused => refused.Reason is RefusalReasons.NotSigned || open.All(command => command.Id != refused.Id)).ToList();
        return new ExchangeDecision(
            strays.Count,
            strays.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"command {strays[^1].Id} {Words(strays[^1])}"),
            [.. open.Select(command => Step(command, heartbeat, now))]);
    }

    /// <summary>The login in the config dir counts for more than what the agent reports about a command, because the agent may have ended in between.</summary>
    private static ExchangeStep Step(OpenCommand command, Heartbeat heartbeat, DateTimeOffset now)
    {
        if (heartbeat.Confirmed.Contains(command.Id) || string.Equals(heartbeat.Applied, command.Fingerprint, StringComparison.Ordinal))
        {
            return new ExchangeStep(command, CommandStep.Confirm);
        }

        // A command that the agent reports as not signed was someone else's with the same id; the genuine one may still be on its way.
        if (heartbeat.Refused.FirstOrDefault(refused => refused.Id == command.Id && refused.Reason is not RefusalReasons.NotSigned) is { } refusal)
        {
            return new ExchangeStep(command, CommandStep.Refuse, Words(refusal));
        }

        var isUnfetched = !command.IsDelivered && command.ExpiresAt <= now;
        var isUntouched = command.ExpiresAt + OpenCommand.Tolerance <= now && string.Equals(heartbeat.Applied, command.Replaces, StringComparison.Ordinal);
        if (isUnfetched || isUntouched)
        {
            return new ExchangeStep(command, CommandStep.Expire, NotInTime);
        }

        return command.ExpiresAt <= now || command.Signature is null ? new ExchangeStep(command, CommandStep.Wait)
            : new ExchangeStep(command, command.IsDelivered ? CommandStep.Repeat : CommandStep.Deliver);
    }

    private static string Words(RefusedCommand refused) => RefusalReasons.IsKnown(refused.Reason) ? refused.Reason : SafeDisplayText.Quote(refused.Reason);
}
