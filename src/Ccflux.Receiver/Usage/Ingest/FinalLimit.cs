using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A limit that ended a turn and named its window and reset: the instant at which that window was full.</summary>
internal sealed record FinalLimit(string SessionId, string Window, DateTimeOffset At, DateTimeOffset ResetsAt)
{
    /// <summary>The final limits of a report of requests.</summary>
    public static IEnumerable<FinalLimit> In(IncomingRequests incoming)
    {
        foreach (var session in incoming.Sessions)
        {
            foreach (var limit in session.Limits)
            {
                if (limit is { IsFinal: true, Window.Length: > 0, ResetsAt: { } resetsAt } && resetsAt > limit.At)
                {
                    yield return new FinalLimit(session.SessionId, limit.Window, UnixTime.At(limit.At), UnixTime.At(resetsAt));
                }
            }
        }
    }
}

/// <summary>The final limits of one report.</summary>
/// <param name="IsSigned">True if one of the user's devices signed the report.</param>
/// <param name="Limits">At least one.</param>
internal sealed record FinalLimits(long UserId, string Email, bool IsSigned, IReadOnlyList<FinalLimit> Limits);

/// <summary>Port: stores limit hits.</summary>
internal interface IFinalLimits
{
    /// <summary>Stores all limit hits of a report in a fixed number of writes. The same ones may arrive again when a turn is resent.</summary>
    /// <returns>False if they could not be stored now; the report is then not acknowledged either.</returns>
    Task<bool> StoreAsync(FinalLimits met);
}

/// <summary>Without quota, limit hits are stored with their turns only.</summary>
internal sealed class NoFinalLimits : IFinalLimits
{
    public Task<bool> StoreAsync(FinalLimits met) => Task.FromResult(true);
}
