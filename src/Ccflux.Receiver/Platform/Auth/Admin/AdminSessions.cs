using System.Security.Cryptography;
using System.Text;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Sessions of people who signed in. The cookie is 256 random bits. The database stores its hash and a hash of the token that the session was
/// opened with, keyed with the cookie itself, so that a new token ends every session and neither value can be recovered.
/// </summary>
internal sealed class AdminSessions(GroupCommitWriter writer, ReadSessions readers, AdminOptions options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>A session ends this long after it was opened, however much it is used. The browser keeps the cookie equally long.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    /// <summary>The maximum number of sessions per role; the least recently used ones are deleted.</summary>
    public const int Capacity = 250;

    /// <summary>Opens a session and returns the value of its cookie; null if it cannot be stored now.</summary>
    /// <param name="role">The role of the session.</param>
    /// <param name="actor">The actor for the audit log.</param>
    /// <param name="earlier">The cookie of the browser's previous session, which ends.</param>
    public async Task<string?> OpenAsync(AdminRole role, AuditActor actor, string? earlier = null)
    {
        var cookie = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(session =>
        {
            DeleteOld(session, now);
            if (earlier is not null)
            {
                session.Execute(AdminSql.DeleteSession, ("session_hash", Hash(earlier)));
            }

            session.Execute(AdminSql.DeleteSurplusSessions, ("role", NameOf(role)), ("keep", Capacity - 1));
            session.Execute(
                AdminSql.InsertSession, ("session_hash", Hash(cookie)), ("role", NameOf(role)), ("token_mark", Mark(cookie, role)), ("now", now.ToUnixTimeMilliseconds()));
            SignInAudit.Write(session, now, actor, SignInAudit.SignedIn);
            return true;
        });
        return written.IsCommitted ? cookie : null;
    }

    /// <summary>Deletes expired sessions. Must be called inside a write.</summary>
    public static void DeleteOld(WriteSession session, DateTimeOffset now) =>
        session.Execute(AdminSql.DeleteOldSessions, UsedSince(now), CreatedSince(now));

    /// <summary>The session of a cookie; null if it is unknown, idle for too long, too old, or was opened with a token that has since changed.</summary>
    public async Task<AdminSession?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        var hash = Hash(cookie);
        if (await ReadAsync(hash, cancellationToken) is not { } row)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var role = string.Equals(row.Role, NameOf(AdminRole.Admin), StringComparison.Ordinal) ? AdminRole.Admin : AdminRole.Viewer;
        switch (AdminSessionRule.Decide(row, Mark(cookie, role), now))
        {
            case SessionVerdict.Over:
                return null;
            case SessionVerdict.Stale:
                await writer.WriteAsync(session => session.Execute(AdminSql.TouchSession, ("now", now.ToUnixTimeMilliseconds()), ("session_hash", hash)));
                break;
            case SessionVerdict.Open:
                break;
        }

        return new AdminSession(role, AntiforgeryOf(cookie));
    }

    /// <summary>The numbers of open sessions of admins and of viewers.</summary>
    public async Task<(long Admins, long Viewers)> CountAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return session.First(AdminSql.CountSessions, static rows => (rows.Int64(0), rows.Int64(1)), UsedSince(now), CreatedSince(now));
    }

    /// <summary>Ends the session of a cookie.</summary>
    public Task EndAsync(string cookie, AuditActor actor) => writer.WriteAsync(session =>
    {
        var ended = session.Execute(AdminSql.DeleteSession, ("session_hash", Hash(cookie)));
        if (ended > 0)
        {
            SignInAudit.Write(session, time.GetUtcNow(), actor, SignInAudit.SignedOut);
        }

        return ended;
    });

    /// <summary>All open sessions, by role, most recently used first; at most <see cref="Capacity"/> per role.</summary>
    public async Task<IReadOnlyList<OpenSession>> ListAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            AdminSql.ReadSessions,
            static rows => new OpenSession(Convert.ToHexStringLower(rows.Bytes(0)), rows.Text(1), rows.Int64(2), rows.Int64(3)),
            UsedSince(now),
            CreatedSince(now));
    }

    /// <summary>Ends an open session by its <see cref="OpenSession.Id"/>; false if there is none.</summary>
    public async Task<bool> EndByIdAsync(string id, AuditActor actor)
    {
        // Any other text than one that ListAsync writes names no session.
        var start = new byte[OpenSession.IdBytes];
        _ = Convert.FromHexString(id, start, out _, out _);
        if (!string.Equals(Convert.ToHexStringLower(start), id, StringComparison.Ordinal))
        {
            return false;
        }

        var written = await writer.WriteAsync(session =>
        {
            var ended = session.Execute(AdminSql.EndSession, ("start", start));
            if (ended > 0)
            {
                AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, "session.end", id, ""));
            }

            return ended > 0;
        });
        return written.Or(false);
    }

    private static SqlParameter UsedSince(DateTimeOffset now) => ("used_since", (now - Lifetime).ToUnixTimeMilliseconds());

    private static SqlParameter CreatedSince(DateTimeOffset now) => ("created_since", (now - MaxLifetime).ToUnixTimeMilliseconds());

    private async Task<StoredSession?> ReadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return session.First(AdminSql.FindSession, static rows => new StoredSession(rows.Text(0), rows.Blob(1), rows.Int64(2), rows.Int64(3)), ("session_hash", hash));
    }

    /// <summary>Derived from the cookie, which only the browser and the receiver know. The cookie cannot be derived from it.</summary>
    private static string AntiforgeryOf(string cookie) => WebEncoders.Base64UrlEncode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(cookie), "antiforgery"u8));

    private byte[] Mark(string cookie, AdminRole role)
    {
        var token = role == AdminRole.Admin ? options.AdminToken : options.ViewerToken;
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes("token:" + token));
    }

    private static byte[] Hash(string cookie) => SHA256.HashData(Encoding.UTF8.GetBytes(cookie));

    private static string NameOf(AdminRole role) => role == AdminRole.Admin ? "admin" : "viewer";
}

/// <summary>A session as it is listed. <paramref name="Id"/> is 12 hexadecimal digits that reveal no cookie; times are epoch milliseconds.</summary>
internal sealed record OpenSession(string Id, string Role, long CreatedAt, long LastUsedAt)
{
    /// <summary>How many bytes of the session's hash <see cref="Id"/> shows.</summary>
    public const int IdBytes = 6;
}
