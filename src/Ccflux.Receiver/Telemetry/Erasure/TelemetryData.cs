using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Erasure;

/// <summary>What telemetry stores about a person: under the user's tokens, under the address that a sender claimed, and under the installations that an admin mapped to the user.</summary>
internal sealed class TelemetryData(TelemetryWriter telemetry, IUsageSink usage) : IPersonalData
{
    private static readonly string[] s_deletions =
    [
        TelemetryErasureSql.DeleteEvents, TelemetryErasureSql.DeletePoints, TelemetryErasureSql.DeleteStreams, TelemetryErasureSql.DeletePrompts, TelemetryErasureSql.DeleteHours,
        TelemetryErasureSql.DeleteHourCounts, TelemetryErasureSql.DeleteDays, TelemetryErasureSql.DeleteDayCounts, TelemetryErasureSql.DeleteSessionUsage, TelemetryErasureSql.DeleteSessions,
        TelemetryErasureSql.DeleteLabels, TelemetryErasureSql.DeleteNames,
    ];

    public bool Knows(WriteSession session, string email) =>
        session.Any(TelemetryErasureSql.HasClaimed, ("email", email)) || session.Any(TelemetryErasureSql.HasPlan, ("email", email));

    public void Begin(WriteSession session, ErasedPerson person)
    {
        telemetry.Settle(session);
        session.Execute(TelemetryErasureSql.DeleteTokens, ("user", person.UserId));
        session.Execute(TelemetryErasureSql.DeletePlan, ("email", person.Email));
        session.Execute(TelemetryErasureSql.TakeClaimed, ("user", person.UserId), ("email", person.Email));
    }

    /// <summary>Those that an admin mapped to the user, and those that only the person's own records name: nobody silences another's installation by stating its id.</summary>
    public IEnumerable<string> Installations(WriteSession session, ErasedPerson person)
    {
        var mapped = session.List(TelemetryErasureSql.SelectInstallations, static rows => rows.Text(0), ("user", person.UserId));
        var stated = session.List(TelemetryErasureSql.SelectHours, static rows => InstallationOf(rows.Text(0)), ("user", person.UserId));
        var own = stated.Distinct(StringComparer.Ordinal)
            .Where(id => id.Length > 0 && !session.Any(
                TelemetryErasureSql.IsOfOthers, ("user", person.UserId), ("install", id), ("first", $"~{id}@"), ("end", $"~{id}A")))
            .ToList();
        session.Execute(TelemetryErasureSql.HideInstallations, ("user", person.UserId));
        return [.. mapped.Where(id => id.Length > 0 && !id.StartsWith('~')), .. own];
    }

    public int Remove(WriteSession session, ErasedPerson person, int rows)
    {
        telemetry.Settle(session);
        session.Execute(TelemetryErasureSql.DeleteTokens, ("user", person.UserId));
        var left = rows;
        while (left > 0 && session.Scalar(TelemetryErasureSql.SelectSubject, ("user", person.UserId)) is { } subject)
        {
            // Before the days, whose removal changes their versions: caches then read the durations again, too.
            left -= RemoveDurations(session, subject, left);
            left -= Deletions.Run(session, s_deletions, ("subject", subject), left);
            left -= left > 0 ? usage.Remove(session, subject, person.UserId, left) : 0;
            if (left > 0)
            {
                left -= session.Execute(TelemetryErasureSql.DeleteSubject, ("subject", subject));
            }
        }

        return rows - left;
    }

    public void Finish(WriteSession session, ErasedPerson person) => session.Execute(TelemetryErasureSql.DeletePlan, ("email", person.Email));

    /// <summary>Removes durations from the person's rows and from the sums over everybody.</summary>
    private static int RemoveDurations(WriteSession session, long subject, int rows)
    {
        var (removed, totals) = (0, new DurationTotals());
        using (var deleted = session.Query(TelemetryErasureSql.DeleteDurations, ("subject", subject), ("limit", rows)))
        {
            for (; deleted.Read(); removed++)
            {
                totals.Count((deleted.Int64(0) * DurationTotals.HoursADay) + deleted.Int64(1), deleted.Bool(2), deleted.Int64(3), deleted.Int64(4), deleted.Int64(5), deleted.NonNegative(6));
            }
        }

        totals.Take(session);
        return removed;
    }

    /// <summary>The installation of an hour's id, as <see cref="TelemetrySessionCache"/> makes it.</summary>
    private static string InstallationOf(string hours) => hours.StartsWith('~') && hours.LastIndexOf('@') is > 1 and var at ? hours[1..at] : "";
}
