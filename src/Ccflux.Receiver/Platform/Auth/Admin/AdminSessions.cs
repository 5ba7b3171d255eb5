using System.Security.Cryptography;
using System.Text;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Sessions of people who signed in. The cookie is 256 random bits. The database stores its hash and a hash of the token that the session was
/// opened with, keyed with the cookie itself, so that a new token ends every session and neither value can be recovered.
/// </summary>
internal sealed class AdminSessions(GroupCommitWriter writer, SqliteReaders readers, AdminOptions options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>A session ends this long after it was opened, however much it is used. The browser keeps the cookie equally long.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    /// <summary>The maximum number of sessions per role; the least recently used ones are deleted.</summary>
    public const int Capacity = 250;

    /// <summary>How stale the time of last use may be; one write per minute is enough for twelve hours.</summary>
    private static readonly TimeSpan TouchAfter = TimeSpan.FromMinutes(1);

    /// <summary>Opens a session and returns the value of its cookie; null if it cannot be stored now.</summary>
    /// <param name="role">The role of the session.</param>
    /// <param name="actor">The actor for the audit log.</param>
    /// <param name="earlier">The cookie of the browser's previous session, which ends.</param>
    public async Task<string?> OpenAsync(AdminRole role, AuditActor actor, string? earlier = null)
    {
        var cookie = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(connection =>
        {
            DeleteOld(connection, now);
            if (earlier is not null)
            {
                connection.Execute(AdminSql.DeleteSession, Hash(earlier));
            }

            connection.Execute(AdminSql.DeleteSurplusSessions, NameOf(role), Capacity - 1);
            connection.Execute(AdminSql.InsertSession, Hash(cookie), NameOf(role), Mark(cookie, role), now.ToUnixTimeMilliseconds());
            SignInAudit.Write(connection, now, actor, SignInAudit.SignedIn);
            return true;
        });
        return written.Status == WriteStatus.Committed ? cookie : null;
    }

    /// <summary>Deletes expired sessions. Must be called inside a write.</summary>
    public static void DeleteOld(SqlConnection connection, DateTimeOffset now) =>
        connection.Execute(AdminSql.DeleteOldSessions, (now - Lifetime).ToUnixTimeMilliseconds(), (now - MaxLifetime).ToUnixTimeMilliseconds());

    /// <summary>The session of a cookie; null if it is unknown, idle for too long, too old, or was opened with a token that has since changed.</summary>
    public async Task<AdminSession?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        var hash = Hash(cookie);
        if (await ReadAsync(hash, cancellationToken) is not { } row)
        {
            return null;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var role = string.Equals(row.Role, NameOf(AdminRole.Admin), StringComparison.Ordinal) ? AdminRole.Admin : AdminRole.Viewer;
        if (now - row.LastUsedAt > Lifetime.TotalMilliseconds
            || now - row.CreatedAt > MaxLifetime.TotalMilliseconds
            || !CryptographicOperations.FixedTimeEquals(row.TokenMark, Mark(cookie, role)))
        {
            return null;
        }

        if (now - row.LastUsedAt > TouchAfter.TotalMilliseconds)
        {
            await writer.WriteAsync(connection => connection.Execute(AdminSql.TouchSession, now, hash));
        }

        return new AdminSession(role, AntiforgeryOf(cookie));
    }

    /// <summary>The numbers of open sessions of admins and of viewers.</summary>
    public async Task<(long Admins, long Viewers)> CountAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.QuerySingleAsync<(long, long)>(new CommandDefinition(AdminSql.CountSessions, Since(), cancellationToken: cancellationToken));
    }

    /// <summary>Ends the session of a cookie.</summary>
    public Task EndAsync(string cookie, AuditActor actor) => writer.WriteAsync(connection =>
    {
        var ended = connection.Execute(AdminSql.DeleteSession, Hash(cookie));
        if (ended > 0)
        {
            SignInAudit.Write(connection, time.GetUtcNow(), actor, SignInAudit.SignedOut);
        }

        return ended;
    });

    /// <summary>All open sessions, by role, most recently used first; at most <see cref="Capacity"/> per role.</summary>
    public async Task<IReadOnlyList<OpenSession>> ListAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return (await lease.Connection.QueryAsync<OpenSession>(new CommandDefinition(AdminSql.ReadSessions, Since(), cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Ends an open session by its <see cref="OpenSession.Id"/>; false if there is none.</summary>
    public async Task<bool> EndByIdAsync(string id, AuditActor actor)
    {
        var written = await writer.WriteAsync(connection =>
        {
            var ended = connection.Execute(AdminSql.EndSession, id);
            if (ended > 0)
            {
                AuditLog.Write(connection, new AuditEntry(time.GetUtcNow(), actor, "session.end", id, ""));
            }

            return ended > 0;
        });
        return written is { Status: WriteStatus.Committed, Value: true };
    }

    private object Since() => new
    {
        usedSince = (time.GetUtcNow() - Lifetime).ToUnixTimeMilliseconds(),
        createdSince = (time.GetUtcNow() - MaxLifetime).ToUnixTimeMilliseconds(),
    };

    private async Task<Row?> ReadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(AdminSql.FindSession, new { hash }, cancellationToken: cancellationToken));
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

    private sealed class Row
    {
        public string Role { get; init; } = "";

        public byte[] TokenMark { get; init; } = [];

        public long CreatedAt { get; init; }

        public long LastUsedAt { get; init; }
    }
}

/// <summary>A session as it is listed. <paramref name="Id"/> is 12 hexadecimal digits that reveal no cookie; times are epoch milliseconds.</summary>
internal sealed record OpenSession(string Id, string Role, long CreatedAt, long LastUsedAt);
