using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A limit that ended a turn and named its window and its reset: the instant at which that window was full.</summary>
/// <param name="IsSigned">One of the user's devices signed it.</param>
internal sealed record FinalLimit(long UserId, string Email, bool IsSigned, string SessionId, string Window, DateTimeOffset At, DateTimeOffset ResetsAt)
{
    /// <summary>Anything less than that is a limit event whose window is not known, and counts for nothing here.</summary>
    public static IEnumerable<FinalLimit> In(IReadOnlyList<TurnReport> turns, long userId, string email, bool isSigned)
    {
        foreach (var turn in turns)
        {
            foreach (var limit in turn.LimitEvents ?? [])
            {
                if (limit is { Final: true, Window: { Length: > 0 } window, ResetsAtUtc: { } resetsAt } && resetsAt > limit.AtUtc)
                {
                    yield return new FinalLimit(userId, email, isSigned, turn.SessionId, window, limit.AtUtc, resetsAt);
                }
            }
        }
    }
}

/// <summary>A port: who keeps limits that were met. Without an implementation they stand with their turns only.</summary>
internal interface IFinalLimits
{
    /// <summary>The same one may come again, with a turn that is sent again.</summary>
    /// <returns>False where it could not be stored now, in which case the report is not acknowledged either.</returns>
    Task<bool> StoreAsync(FinalLimit limit);
}
