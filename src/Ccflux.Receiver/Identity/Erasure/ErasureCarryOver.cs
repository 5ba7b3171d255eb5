using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>Applies the tombstones of a database to the backup that replaces it: the people who were erased since the backup are erased from it too, before it is used.</summary>
internal sealed class ErasureCarryOver(ErasureSteps steps)
{
    /// <summary>Copies the tombstones of the database that is attached as <c>former</c>.</summary>
    public static void Copy(WriteSession session)
    {
        foreach (var key in session.List(ErasureSql.SelectFormerKeys, static rows => rows.Blob(0)))
        {
            session.Execute(ErasureSql.InsertKey, ("key", key));
        }

        var numbers = new Dictionary<long, long>();
        foreach (var (number, requested, finished) in session.List(ErasureSql.SelectFormer, static rows => (rows.Int64(0), rows.Int64(1), rows.Int64OrNull(2))))
        {
            var known = session.Scalar(ErasureSql.SelectRequested, ("erasure", number));
            // A tombstone of another database may have the number already.
            numbers[number] = known == requested
                ? number
                : session.Insert(
                    ErasureSql.InsertCarried, ("erasure", known is null ? number : SqlValue.Null), ("requested_at", requested), ("finished_at", finished ?? requested));
        }

        foreach (var (mark, number, lifted) in session.List(ErasureSql.SelectFormerMarks, static rows => (rows.Blob(0), rows.Int64(1), rows.Int64OrNull(2))))
        {
            session.Execute(ErasureSql.PutMark, ("mark", mark), ("erasure", numbers[number]), ("lifted_at", lifted));
        }
    }

    /// <summary>Erases everybody from the restored data whom a tombstone names, and ends erasures that the backup caught halfway. Somebody who was added again later stays, with what came later.</summary>
    /// <returns>Whether anybody was erased.</returns>
    public bool CarryOut(WriteSession session, DateTimeOffset now)
    {
        foreach (var (email, added) in session.List(ErasureSql.SelectAddresses, static rows => (rows.Text(0), rows.Int64(1))))
        {
            Reopen(session, email, added, now);
        }

        var unfinished = session.List(ErasureSql.SelectUnfinished, static rows => rows.Int64(0));
        foreach (var number in unfinished)
        {
            while (!steps.Step(session, number, now))
            {
            }
        }

        return unfinished.Count > 0;
    }

    private void Reopen(WriteSession session, string email, long added, DateTimeOffset now)
    {
        foreach (var mark in Tombstones.MarksOf(session, MarkKind.Email, email))
        {
            var found = session.List(ErasureSql.SelectMark, static rows => (Number: rows.Int64(0), Requested: rows.Int64(1), IsLifted: rows.Bool(2)), ("mark", mark));
            foreach (var (number, requested, isLifted) in found.Where(tombstone => !tombstone.IsLifted || added < tombstone.Requested))
            {
                var user = session.Scalar(ErasureSql.LockUser, ("email", email)) ?? session.Insert(ErasureSql.InsertUser, ("email", email), ("now", now.ToUnixTimeMilliseconds()));
                session.Execute(ErasureSql.Reopen, ("user", user), ("erasure", number));
                steps.EndAccess(session, new ErasedPerson(number, user, email));
            }
        }
    }
}
