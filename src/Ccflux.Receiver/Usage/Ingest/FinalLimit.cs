using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A limit that ended a turn and named its window and its reset: the instant at which that window was full.</summary>
internal sealed record FinalLimit(string SessionId, string Window, DateTimeOffset At, DateTimeOffset ResetsAt)
{
    /// <summary>Anything less than that is a limit event whose window is not known, and counts for nothing here.</summary>
    public static IEnumerable<FinalLimit> In(IReadOnlyList<TurnReport> turns)
    {
        foreach (var turn in turns)
        {
            foreach (var limit in turn.LimitEvents ?? [])
            {
                if (limit is { Final: true, Window: { Length: > 0 } window, ResetsAtUtc: { } resetsAt } && resetsAt > limit.AtUtc)
                {
                    yield return new FinalLimit(turn.SessionId, window, limit.AtUtc, resetsAt);
                }
            }
        }
    }
}

/// <summary>The final limits of one report.</summary>
/// <param name="IsSigned">One of the user's devices signed the report.</param>
/// <param name="Limits">At least one.</param>
internal sealed record FinalLimits(long UserId, string Email, bool IsSigned, IReadOnlyList<FinalLimit> Limits);

/// <summary>A port: who keeps limits that were met. Without an implementation they stand with their turns only.</summary>
internal interface IFinalLimits
{
    /// <summary>Stores all of a report, in a number of writes that does not grow with them. The same ones may come again, with a turn that is sent again.</summary>
    /// <returns>False where they could not be stored now, in which case the report is not acknowledged either.</returns>
    Task<bool> StoreAsync(FinalLimits met);
}
