using System.Security.Cryptography;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>A session as it is stored. Times are epoch milliseconds.</summary>
/// <param name="Role"><c>admin</c> or <c>viewer</c>.</param>
/// <param name="TokenMark">A keyed hash of the token that it was opened with.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="LastUsedAt">When it was last used.</param>
internal sealed record StoredSession(string Role, byte[] TokenMark, long CreatedAt, long LastUsedAt);

/// <summary>Whether a session is valid.</summary>
internal enum SessionVerdict
{
    /// <summary>Idle for too long, too old, or opened with a token that has since changed.</summary>
    Over = 1,

    Open = 2,

    /// <summary>Open, and its time of last use must be written.</summary>
    Stale = 3,
}

/// <summary>Decides whether a session is valid. Pure.</summary>
internal static class AdminSessionRule
{
    /// <summary>How stale the time of last use may be; one write per minute is enough for twelve hours.</summary>
    public static readonly TimeSpan TouchAfter = TimeSpan.FromMinutes(1);

    /// <param name="session">The session.</param>
    /// <param name="mark">The keyed hash of the token that its role has now.</param>
    /// <param name="now">The current time.</param>
    public static SessionVerdict Decide(StoredSession session, ReadOnlySpan<byte> mark, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var idle = at - session.LastUsedAt;
        return idle > AdminSessions.Lifetime.TotalMilliseconds
            || at - session.CreatedAt > AdminSessions.MaxLifetime.TotalMilliseconds
            || !CryptographicOperations.FixedTimeEquals(session.TokenMark, mark) ? SessionVerdict.Over
            : idle > TouchAfter.TotalMilliseconds ? SessionVerdict.Stale
            : SessionVerdict.Open;
    }
}
