using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>What is to be done with a command.</summary>
internal enum CommandVerdict
{
    /// <summary>Carry it out.</summary>
    Apply,

    /// <summary>It was carried out before: say so again.</summary>
    ConfirmAgain,

    /// <summary>Throw it away, with a reason.</summary>
    Refuse,
}

/// <summary>Which commands an agent takes: its receiver's, for itself, in order, in time, each once.</summary>
internal static class CommandRule
{
    /// <param name="command">As it came.</param>
    /// <param name="isSigned">Whether the receiver's pinned key signed it for this agent, as it is. Nothing of one that it did not is believed.</param>
    /// <param name="content">What it opened to; null where it did not.</param>
    /// <param name="progress">How far commands are carried out.</param>
    /// <param name="now">By the receiver's clock.</param>
    /// <param name="canWrite">Whether a login can be put into a file here.</param>
    public static (CommandVerdict Verdict, string? Reason) For(SealedCommand command, bool isSigned, SwapContent? content, CommandProgress progress, DateTimeOffset now, bool canWrite)
    {
        if (!isSigned)
        {
            return (CommandVerdict.Refuse, RefusalReasons.NotSigned);
        }

        if (progress.Done.Contains(command.Id))
        {
            return (CommandVerdict.ConfirmAgain, null);
        }

        string? reason = command.Id <= progress.LastCommand ? RefusalReasons.Replayed
            : command.ExpiresAt <= now ? RefusalReasons.Expired
            : content is null || command.Kind is not SealedCommand.Swap ? RefusalReasons.NotForMe
            : !canWrite ? RefusalReasons.NoLoginFile
            : null;
        return reason is null ? (CommandVerdict.Apply, null) : (CommandVerdict.Refuse, reason);
    }
}
