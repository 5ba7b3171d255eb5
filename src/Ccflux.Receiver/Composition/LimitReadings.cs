using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Usage.Ingest;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Composition;

/// <summary>Stores limits that ended turns as readings of 100 percent for quota and, if the fleet is on, passes them to its rotation at once.</summary>
internal sealed class LimitReadings(ReadingIntake intake, ReadSessions readers, ISessionLimitHits fleet) : IFinalLimits
{
    public async Task<bool> StoreAsync(FinalLimits met)
    {
        var result = await intake.LimitsHitAsync(met.UserId, met.Email, [.. met.Limits.Select(limit => new LimitHit(limit.Window, limit.At, limit.ResetsAt))]);
        return result.IsCommitted && (!met.IsSigned || await NoteAsync(met));
    }

    private async Task<bool> NoteAsync(FinalLimits met)
    {
        var own = new List<SessionLimitHit>();
        foreach (var session in met.Limits.Where(limit => fleet.IsOfFleet(limit.SessionId)).GroupBy(limit => limit.SessionId, StringComparer.Ordinal))
        {
            if (await IsOfReporterAsync(session.Key, met.UserId))
            {
                own.AddRange(session.Select(limit => new SessionLimitHit(limit.SessionId, limit.Window, limit.At, limit.ResetsAt)));
            }
        }

        return await fleet.NoteAsync(own);
    }

    /// <summary>Session ids are visible on pages, so only the user who reported a session first is believed.</summary>
    private async Task<bool> IsOfReporterAsync(string sessionId, long userId)
    {
        using var session = await readers.OpenAsync(CancellationToken.None);
        return session.Scalar(PortsSql.FirstReporter, ("session", LedgerKey.OfSession(sessionId))) == userId;
    }
}
