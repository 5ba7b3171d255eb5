using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Moves what an installation or a claimed address reported to the user whose it is now known to be, or back to the subject itself. Back is the exact inverse: rows of a subject are never merged
/// with a user's own.</summary>
internal static class SubjectMove
{
    /// <summary>Moves some rows; more may be left, also with another user.</summary>
    /// <param name="writing">The writer's session.</param>
    /// <param name="ledger">Keeps the sums.</param>
    /// <param name="subject">Whose reports.</param>
    /// <param name="target">The user, or the subject's negative number.</param>
    /// <param name="most">How many rows at most.</param>
    /// <returns>How many were moved; 0 if all stand with the target.</returns>
    public static int Run(WriteSession writing, LedgerWriter ledger, long subject, long target, int most)
    {
        if (writing.Scalar(LedgerSql.SelectHolder, ("subject", subject), ("user", target)) is not { } holder)
        {
            return 0;
        }

        var ids = holder > 0
            ? RequestStore.Ids(writing, LedgerSql.SelectRequestsOfSubject, ("subject", subject), ("user", holder), ("limit", most))
            : RequestStore.Ids(writing, LedgerSql.SelectUnattributed, ("subject", subject), ("limit", most));
        var requests = ids.ConvertAll(id => RequestStore.Find(writing, holder, id)!.Value.Request);
        foreach (var session in requests.GroupBy(request => request.Session))
        {
            // The session may go with its last row.
            var (id, reportedAt) = writing.First(LedgerSql.SelectSession, static rows => (rows.Text(0), rows.Int64(1)), ("user", holder), ("session", session.Key));
            foreach (var request in session)
            {
                ledger.Remove(writing, holder, request.Id);
            }

            var from = new ReportOrigin(id is null ? session.First().At : reportedAt, null, null);
            ledger.Write(writing, new IncomingRequests(target, from, [new IncomingSession(session.Key, id ?? "", null, [], [], [.. session])]), allowances: null);
        }

        return requests.Count;
    }
}
