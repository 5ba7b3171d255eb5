using System.Security.Cryptography;
using System.Text;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Sessions of people who signed in. The cookie is 256 random bits; the database holds its hash and a keyed hash of the token it was
/// opened with, keyed by the cookie itself, so that a new token ends every session and neither can be read back.
/// </summary>
internal sealed class AdminSessions(GroupCommitWriter writer, SqliteReaders readers, AdminOptions options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How long the browser keeps the cookie. The session behind it ends by itself, <see cref="Lifetime"/> after its last use.</summary>
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    /// <summary>Sessions kept at most.</summary>
    private const int Capacity = 500;

    /// <summary>How stale the time of last use may be; a write a minute is enough for twelve hours.</summary>
    private static readonly TimeSpan TouchAfter = TimeSpan.FromMinutes(1);

    /// <summary>Opens a session and returns the value of its cookie; null where it cannot be stored now.</summary>
    public async Task<string?> OpenAsync(AdminRole role, AuditActor actor)
    {
        var cookie = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(connection =>
        {
            connection.Execute(AdminSql.DeleteIdleSessions, (now - Lifetime).ToUnixTimeMilliseconds());
            connection.Execute(AdminSql.DeleteSurplusSessions, Capacity - 1);
            connection.Execute(AdminSql.InsertSession, Hash(cookie), NameOf(role), Mark(cookie, role), now.ToUnixTimeMilliseconds());
            AuditLog.Write(connection, new AuditEntry(now, actor, "sign-in", NameOf(role), ""));
            return true;
        });
        return written.Status == WriteStatus.Committed ? cookie : null;
    }

    /// <summary>The session of a cookie, unless it is unknown, idle for too long, or opened with a token that is no longer the token.</summary>
    public async Task<AdminSession?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        var hash = Hash(cookie);
        if (await ReadAsync(hash, cancellationToken) is not { } row)
        {
            return null;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var role = string.Equals(row.Role, NameOf(AdminRole.Admin), StringComparison.Ordinal) ? AdminRole.Admin : AdminRole.Viewer;
        if (now - row.LastUsedAt > Lifetime.TotalMilliseconds || !CryptographicOperations.FixedTimeEquals(row.TokenMark, Mark(cookie, role)))
        {
            return null;
        }

        if (now - row.LastUsedAt > TouchAfter.TotalMilliseconds)
        {
            await writer.WriteAsync(connection => connection.Execute(AdminSql.TouchSession, now, hash));
        }

        return new AdminSession(role, AntiforgeryOf(cookie));
    }

    /// <summary>Sessions that are open, of admins and of viewers.</summary>
    public async Task<(long Admins, long Viewers)> CountAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        var since = (time.GetUtcNow() - Lifetime).ToUnixTimeMilliseconds();
        return await lease.Connection.QuerySingleAsync<(long, long)>(new CommandDefinition(AdminSql.CountSessions, new { since }, cancellationToken: cancellationToken));
    }

    public Task EndAsync(string cookie) => writer.WriteAsync(connection => connection.Execute(AdminSql.DeleteSession, Hash(cookie)));

    private async Task<Row?> ReadAsync(byte[] hash, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(AdminSql.FindSession, new { hash }, cancellationToken: cancellationToken));
    }

    /// <summary>Follows from the cookie, which only the browser and we know, and does not lead back to it.</summary>
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

        public long LastUsedAt { get; init; }
    }
}
