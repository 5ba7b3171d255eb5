using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Caches the row ids of subjects: the token's user; under the organisation's token, the user of the claimed e-mail address; without one, the installation.</summary>
/// <param name="capped">Called for each record beyond the cap.</param>
/// <param name="erased">Called for each record of somebody who was erased.</param>
internal sealed class SubjectIdCache(Action capped, Action erased)
{
    /// <summary>The most people and installations that the organisation's token may add; further ones become one "other".</summary>
    public const int MaxSubjects = 20_000;

    private readonly Dictionary<(string Kind, string Name), long> _ids = [];
    private long? _count;

    /// <summary>Null for an address or an installation of somebody who was erased: nothing is stored of it.</summary>
    public long? Find(WriteSession session, TelemetryCaller caller, in Origin origin, long now)
    {
        var (kind, name) = caller.UserId is { } user ? (SubjectKind.User, user.ToString(CultureInfo.InvariantCulture))
            : origin.Email is { } email ? (SubjectKind.Claimed, email)
            : (SubjectKind.Install, origin.Install ?? "");
        return Find(session, kind, name) ?? Add(session, caller, kind, name, now);
    }

    public void Forget()
    {
        _ids.Clear();
        _count = null;
    }

    private long? Find(WriteSession session, string kind, string name)
    {
        if (_ids.TryGetValue((kind, name), out var known))
        {
            return known;
        }

        var id = session.Scalar(StoreSql.SelectSubject, ("kind", kind), ("name", name));
        if (id is { } found)
        {
            Remember(kind, name, found);
        }

        return id;
    }

    private long? Add(WriteSession session, TelemetryCaller caller, string kind, string name, long now)
    {
        if (caller.UserId is null)
        {
            if (Tombstones.IsBlocked(session, kind is SubjectKind.Claimed ? MarkKind.Email : MarkKind.Installation, name))
            {
                erased();
                return null;
            }

            _count ??= session.Scalar(StoreSql.CountSubjects);
            if (_count >= MaxSubjects)
            {
                capped();
                (kind, name) = (SubjectKind.Other, "");
                if (Find(session, kind, name) is { } other)
                {
                    return other;
                }
            }

            _count++;
        }

        var id = session.Insert(StoreSql.InsertSubject, ("kind", kind), ("name", name), ("user", caller.UserId), ("now", now));
        Remember(kind, name, id);
        return id;
    }

    private void Remember(string kind, string name, long id)
    {
        if (_ids.Count >= MaxSubjects)
        {
            _ids.Clear();
        }

        _ids[(kind, name)] = id;
    }
}

/// <summary>How a subject is known, by its name in the database.</summary>
internal static class SubjectKind
{
    public const string User = "user";
    public const string Claimed = "claimed";
    public const string Install = "install";
    public const string Other = "other";

    /// <summary>Whether a subject's statements (its plan, its team) count for its person. Once a person sends with their own token, statements that
    /// others may have made up under the organisation's token are ignored; the "other" subject represents nobody.</summary>
    /// <param name="kind">The subject's.</param>
    /// <param name="surest">The most certain kind by which the person is known.</param>
    public static bool Speaks(string kind, string surest) => kind switch
    {
        User => true,
        Other => false,
        _ => surest is not User,
    };
}
