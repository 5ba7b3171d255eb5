using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Makes all sums of a user again from the facts: after a repair, or for the days of another time zone. One transaction for a user, so that no page sees a half.</summary>
internal static class LedgerRebuild
{
    /// <summary>What is collected in memory before it is written.</summary>
    private const int FactsAtOnce = 5000;

    private static readonly string[] s_deletions =
    [
        LedgerRebuildSql.DeleteHours, LedgerRebuildSql.DeleteUserHours, LedgerRebuildSql.DeleteSessionHours, LedgerRebuildSql.DeleteDays, LedgerRebuildSql.DeleteUserDays,
        LedgerRebuildSql.DeleteSessionDays, LedgerRebuildSql.DeleteTotals, LedgerRebuildSql.DeleteUserTotals, LedgerRebuildSql.EmptyEvents, LedgerRebuildSql.EmptySessions,
    ];

    /// <param name="session">The writer's.</param>
    /// <param name="rollups">Of the calendar that is in use; nothing must wait in it.</param>
    /// <param name="user">Whose sums.</param>
    /// <param name="now">Epoch milliseconds, for events whose first report is not known.</param>
    public static void Run(WriteSession session, LedgerRollups rollups, long user, long now)
    {
        var origins = session
            .List(
                LedgerRebuildSql.SelectEvents,
                static rows => (Event: (rows.Int64(0), rows.Int64(1)), From: new ReportOrigin(rows.Int64(2), rows.Int64OrNull(3), rows.TextOrNull(4))),
                ("user", user))
            .ToDictionary(row => row.Event, row => row.From);
        foreach (var deletion in s_deletions)
        {
            session.Execute(deletion, ("user", user));
        }

        var counted = 0;
        foreach (var key in session.List(LedgerRebuildSql.SelectTurns, static rows => rows.Int64(0), ("user", user)))
        {
            rollups.Add(user, RequestStore.FindTurn(session, user, key)!.Value.Turn);
            Count();
        }

        foreach (var id in RequestStore.Ids(session, LedgerRebuildSql.SelectRequests, ("user", user)))
        {
            var (request, model, _) = RequestStore.Find(session, user, id)!.Value;
            rollups.Add(user, request, model, origins.GetValueOrDefault((request.Turn != 0 ? request.Turn : request.Session, model), new ReportOrigin(now, null, null)));
            Count();
        }

        rollups.Flush(session);
        session.Execute(LedgerRebuildSql.DeleteEmptyEvents, ("user", user));
        session.Execute(LedgerRebuildSql.DeleteEventDays, ("user", user));
        session.Execute(LedgerRebuildSql.InsertEventDays, ("user", user));
        session.Execute(LedgerRebuildSql.DeleteEventTotals, ("user", user));
        session.Execute(LedgerRebuildSql.InsertEventTotals, ("user", user));

        void Count()
        {
            if (++counted % FactsAtOnce == 0)
            {
                rollups.Flush(session);
            }
        }
    }
}
