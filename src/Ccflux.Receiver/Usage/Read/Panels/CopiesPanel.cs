using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Reads which requests several users have. Nobody outside the reader's data scope is named.</summary>
internal static class CopiesPanel
{
    /// <summary>The maximum number of other users on a user's page.</summary>
    private const int MaxRows = 50;

    /// <summary>The users who have requests of a user too.</summary>
    public static IReadOnlyList<SharedRequestsRow> Read(UsageSnapshot snapshot, int user) => snapshot.Session.List(
        UsageReadSql.SharedRequests,
        rows => new SharedRequestsRow(
            snapshot.User(rows.Int32(0)),
            rows.NonNegative(1),
            rows.NonNegative(2),
            rows.NonNegative(3),
            UnixTime.At(rows.Int64OrNull(4)),
            UnixTime.At(rows.Int64OrNull(5)),
            rows.Bool(6) ? CountedFor.Other : rows.Bool(7) ? CountedFor.User : CountedFor.Both),
        ("user", user), ("everybody", snapshot.Readable is null), ("users", Readable(snapshot)), ("limit", MaxRows));

    /// <summary>Pairs of users with requests that count for both, and nobody has said whose they are.</summary>
    public static IReadOnlyList<(UserRef User, UserRef Other, long Requests, DateTimeOffset FoundAt)> Undeclared(UsageSnapshot snapshot, int limit) => snapshot.Session.List(
        UsageReadSql.UndeclaredCopies,
        rows => (snapshot.User(rows.Int32(0)), snapshot.User(rows.Int32(1)), rows.Int64(2), UnixTime.At(rows.Int64(3))),
        ("everybody", snapshot.Readable is null), ("users", Readable(snapshot)), ("limit", limit));

    private static long[] Readable(UsageSnapshot snapshot) => [.. (snapshot.Readable ?? []).Select(user => (long)user)];
}
