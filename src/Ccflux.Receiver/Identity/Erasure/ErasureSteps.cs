using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>The transactions of an erasure: the first ends all access and leaves the tombstone, each further one removes a few rows, and the last one removes the user.
/// The tombstone says how far it came, so that an erasure that was interrupted goes on.</summary>
internal sealed class ErasureSteps(IEnumerable<IPersonalData> slices)
{
    /// <summary>How many rows one transaction removes: a few milliseconds, so that reports hardly wait.</summary>
    internal const int RowsAtOnce = 500;

    public const string Action = "person.erase";

    private readonly IReadOnlyList<IPersonalData> _slices = [.. slices];

    /// <summary>Begins an erasure, unless it is already underway.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="email">The address, normalised.</param>
    /// <param name="now">The current time.</param>
    /// <returns>The tombstone's number; null if nothing is known of the address.</returns>
    public long? Begin(WriteSession session, Actor actor, string email, DateTimeOffset now)
    {
        if (session.Scalar(ErasureSql.IsUnderway, ("email", email)) is { } underway)
        {
            return underway;
        }

        if (session.Scalar(ErasureSql.LockUser, ("email", email)) is not { } user)
        {
            if (!_slices.Any(slice => slice.Knows(session, email)))
            {
                return null;
            }

            user = session.Insert(ErasureSql.InsertUser, ("email", email), ("now", now.ToUnixTimeMilliseconds()));
        }

        var number = session.Insert(ErasureSql.Insert, ("user", user), ("now", now.ToUnixTimeMilliseconds()));
        Tombstones.Mark(session, number, MarkKind.Email, email);
        EndAccess(session, new ErasedPerson(number, user, email));
        AuditLog.Write(session, new AuditEntry(now, actor, Action, ErasedPerson.NameOf(number), ""));
        return number;
    }

    /// <summary>Removes some rows of a person, or, when none are left, the last traces and the user.</summary>
    /// <returns>True once the erasure is finished.</returns>
    public bool Step(WriteSession session, long number, DateTimeOffset now, int rows = RowsAtOnce)
    {
        var person = session.First(
            ErasureSql.SelectPerson, found => found.IsNull(1) ? null : new ErasedPerson(number, found.Int64(0), found.Text(1)), ("erasure", number));
        if (person is not null)
        {
            foreach (var slice in _slices)
            {
                if (slice.Remove(session, person, rows) > 0)
                {
                    return false;
                }
            }

            foreach (var slice in _slices)
            {
                slice.Finish(session, person);
            }

            AuditLog.Rename(session, person.Email, person.Name);
            session.Execute(ErasureSql.DeleteUser, ("user", person.UserId));
        }

        session.Execute(ErasureSql.Finish, ("now", now.ToUnixTimeMilliseconds()), ("erasure", number));
        return true;
    }

    /// <summary>Ends what could bring in more of a person, and marks the installations by which more would be known to be the person's.</summary>
    internal void EndAccess(WriteSession session, ErasedPerson person)
    {
        foreach (var slice in _slices)
        {
            slice.Begin(session, person);
        }

        foreach (var installation in _slices.SelectMany(slice => slice.Installations(session, person)).Distinct(StringComparer.Ordinal).ToList())
        {
            Tombstones.Mark(session, person.Number, MarkKind.Installation, installation);
        }
    }
}
