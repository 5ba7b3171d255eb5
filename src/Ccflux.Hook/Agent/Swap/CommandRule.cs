using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>What to do with a command.</summary>
internal enum CommandVerdict
{
    /// <summary>Carry it out.</summary>
    Apply,

    /// <summary>It was carried out before: confirm it again.</summary>
    ConfirmAgain,

    /// <summary>Discard it, with a reason.</summary>
    Refuse,
}

/// <summary>Decides which commands an agent accepts: those of its receiver, for itself, in order, before they expire, each once.</summary>
internal static class CommandRule
{
    /// <param name="command">As received.</param>
    /// <param name="isSigned">Whether the receiver's pinned key signed it, unchanged, for this agent. An unsigned command is not trusted in any part.</param>
    /// <param name="content">The opened content; null if it could not be opened.</param>
    /// <param name="progress">Which commands were carried out.</param>
    /// <param name="now">By the receiver's clock.</param>
    /// <param name="canWrite">Whether a login can be written to a file here.</param>
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
