using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Changes whether stored requests count, in the row and in every sum at once.</summary>
internal sealed class RequestHider(LedgerRollups rollups, TelemetryRule telemetry)
{
    /// <inheritdoc cref="LedgerWriter.HideCopy"/>
    public bool HideCopy(WriteSession writing, long user, long key, long original)
    {
        if (writing.Execute(LedgerSql.HideCopy, ("user", user), ("key", key), ("of", original)) == 0)
        {
            return false;
        }

        var (request, model, _) = RequestStore.Find(writing, user, new RequestId(key))!.Value;
        rollups.Remove(user, request, model);
        return true;
    }

    /// <summary>Adds a copy to every sum again, unless only telemetry tells of it and it may not count for that.</summary>
    /// <returns>False if it is not stored, or no copy.</returns>
    public bool CountCopy(WriteSession writing, long user, long key)
    {
        if (writing.Execute(LedgerSql.CountCopy, ("user", user), ("key", key)) == 0)
        {
            return false;
        }

        var (request, model, _) = RequestStore.Find(writing, user, new RequestId(key))!.Value;
        rollups.Add(user, request, model, OriginOf(writing, user, request));
        Apply(writing, user, [new RequestId(key)]);
        return true;
    }

    /// <summary>Applies <see cref="TelemetryRule"/> again, after the facts that it depends on have changed.</summary>
    public void Apply(WriteSession writing, long user, IReadOnlyList<RequestId> requests)
    {
        foreach (var id in requests)
        {
            var (request, model, known) = RequestStore.Find(writing, user, id)!.Value;
            var hiding = telemetry.HidingOf(writing, user, request, known);
            if (hiding == known)
            {
                continue;
            }

            RequestStore.Hide(writing, user, id, hiding);
            if (known == RequestHiding.None)
            {
                rollups.Remove(user, request, model);
            }
            else if (hiding == RequestHiding.None)
            {
                rollups.Add(user, request, model, OriginOf(writing, user, request));
            }
        }
    }

    /// <summary>Where a stored request came from, as far as its session tells.</summary>
    private static ReportOrigin OriginOf(WriteSession writing, long user, in LedgerRequest request)
    {
        var from = writing.First(
            LedgerSql.SelectSessionOrigin, static rows => new ReportOrigin(rows.Int64(0), rows.Int64OrNull(1), null), ("user", user), ("session", request.Session));
        return from == default ? new ReportOrigin(request.At, null, null) : from;
    }
}
