using System.Security.Cryptography;
using System.Text;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>What a mark is made from.</summary>
internal enum MarkKind
{
    Email = 1,
    Installation = 2,
}

/// <summary>Asks, within a write, whether a person was erased: by number, for what was admitted before, and by keyed hashes of what outsiders send.</summary>
internal static class Tombstones
{
    private const int KeyBytes = 32;

    /// <summary>Whether nothing more is stored of a user.</summary>
    public static bool IsErased(SqlSession session, long user) => session.Any(ErasureSql.IsErased, ("user", user));

    /// <summary>Whether a user with this address is being erased just now.</summary>
    public static bool IsUnderway(SqlSession session, string email) => session.Any(ErasureSql.IsUnderway, ("email", email));

    /// <summary>Whether an address or an installation is an erased person's.</summary>
    public static bool IsBlocked(SqlSession session, MarkKind kind, string text) =>
        MarksOf(session, kind, text).Any(mark => session.Any(ErasureSql.IsMarked, ("mark", mark)));

    /// <summary>An admin adds a person on purpose: what names them is taken again.</summary>
    public static void Lift(WriteSession session, string email, DateTimeOffset now)
    {
        foreach (var mark in MarksOf(session, MarkKind.Email, email))
        {
            session.Execute(ErasureSql.Lift, ("mark", mark), ("now", now.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>Marks an address or an installation of a tombstone. The first mark draws the key.</summary>
    internal static void Mark(WriteSession session, long number, MarkKind kind, string text)
    {
        if (MarksOf(session, kind, text) is not [{ } mark, ..])
        {
            var key = RandomNumberGenerator.GetBytes(KeyBytes);
            session.Execute(ErasureSql.InsertKey, ("key", key));
            mark = Mark(key, kind, text);
        }

        session.Execute(ErasureSql.PutMark, ("mark", mark), ("erasure", number), ("lifted_at", SqlValue.Null));
    }

    /// <summary>The marks of a text, one for each key.</summary>
    internal static List<byte[]> MarksOf(SqlSession session, MarkKind kind, string text) =>
        session.List(ErasureSql.SelectKeys, static rows => rows.Blob(0)).ConvertAll(key => Mark(key, kind, text));

    private static byte[] Mark(byte[] key, MarkKind kind, string text) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{(kind is MarkKind.Email ? "email" : "installation")}\n{text}"));
}
