using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Erasure;

/// <summary>What usage stores about a person. The sums go as they are, since all of the user's facts go.</summary>
internal sealed class UsageData(LedgerWriter ledger) : IPersonalData
{
    /// <summary>The facts first: a recount in between makes only what is left of them.</summary>
    private static readonly string[] s_deletions =
    [
        UsageErasureSql.DeleteRequests, UsageErasureSql.DeleteTurns, UsageErasureSql.DeletePrompts, UsageErasureSql.DeleteLimits, UsageErasureSql.DeletePauses, UsageErasureSql.DeleteEvents,
        UsageErasureSql.DeleteSessionHours, UsageErasureSql.DeleteSessionDays, UsageErasureSql.DeleteHours, UsageErasureSql.DeleteUserHours, UsageErasureSql.DeleteActiveHours,
        UsageErasureSql.DeleteSessions, UsageErasureSql.DeleteDays, UsageErasureSql.DeleteUserDays, UsageErasureSql.DeleteEventDays,
    ];

    private static readonly string[] s_small =
    [
        UsageErasureSql.DeleteTotals, UsageErasureSql.DeleteEventTotals, UsageErasureSql.DeleteUserTotals, UsageErasureSql.DeleteTier, UsageErasureSql.DeleteCaps,
        UsageErasureSql.DeleteShared, UsageErasureSql.DeleteCopies,
    ];

    public void Begin(WriteSession session, ErasedPerson person) => session.Execute(UsageErasureSql.DeleteCopies, ("user", person.UserId));

    public int Remove(WriteSession session, ErasedPerson person, int rows)
    {
        // What waits for the end of the transaction may be the person's: it is written first, so that nothing follows.
        ledger.BeforeCommit(session);
        return Deletions.Run(session, s_deletions, ("user", person.UserId), rows);
    }

    public void Finish(WriteSession session, ErasedPerson person)
    {
        foreach (var deletion in s_small)
        {
            session.Execute(deletion, ("user", person.UserId));
        }

        session.Execute(UsageErasureSql.RenameDeclarer, ("name", person.Name), ("email", person.Email));
        session.Execute(UsageErasureSql.ChangeDays);
    }
}
