using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Usage.Ingest;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Composition;

/// <summary>Limits that ended turns: readings of 100 percent for quota, and where the fleet is on, what its rotation goes by at once.</summary>
/// <param name="fleet">Null where the fleet is off.</param>
internal sealed class LimitReadings(ReadingIntake intake, SqliteReaders readers, MetLimits? fleet = null) : IFinalLimits
{
    public async Task<bool> StoreAsync(FinalLimit limit)
    {
        var result = await intake.LimitHitAsync(limit.UserId, limit.Email, limit.Window, limit.At, limit.ResetsAt);
        if (result.Status != WriteStatus.Committed)
        {
            return false;
        }

        return fleet is null || !limit.IsSigned || !await IsOfReporterAsync(limit) ||
            await fleet.NoteAsync(new MetLimit(limit.SessionId, limit.Window, limit.At, limit.ResetsAt));
    }

    /// <summary>A session's id can be read off pages: what counts is the word of the user who reported it before anybody else.</summary>
    private async Task<bool> IsOfReporterAsync(FinalLimit limit)
    {
        using var lease = await readers.RentAsync(CancellationToken.None);
        return await lease.Connection.ExecuteScalarAsync<long?>(PortsSql.FirstReporter, new { limit.SessionId }) == limit.UserId;
    }
}
