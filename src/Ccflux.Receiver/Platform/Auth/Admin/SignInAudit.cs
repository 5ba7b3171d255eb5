using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Signing in and out in the audit log. What anyone can repeat is one line an hour for each actor and address, which counts; of more than
/// <see cref="MaxAddresses"/> addresses an hour the others share a line. So neither strangers nor a viewer can grow the log at will.
/// </summary>
internal sealed class SignInAudit(GroupCommitWriter writer, TimeProvider time)
{
    public const string SignedIn = "sign-in";
    public const string SignedOut = "sign-out";
    public const string Refused = "sign-in.refused";

    /// <summary>Lines of one action and actor in an hour.</summary>
    public const int MaxAddresses = 100;

    /// <summary>Lines of these actions that are kept in all; changes are never removed for them.</summary>
    public const int MaxLines = 50_000;

    /// <summary>Wrong tokens a minute, of everybody, that are worth a write; the rest is in the metric and in the log of the process.</summary>
    private const int RefusalsPerMinute = 120;

    private readonly KeyedRateLimiter _refusals = new(RefusalsPerMinute, RefusalsPerMinute, 1, time);

    /// <summary>Counts a wrong token. Nothing is said where it cannot be stored: it is refused all the same.</summary>
    public async Task RefusedAsync(AuditActor actor)
    {
        if (_refusals.TryTake(Refused, out _))
        {
            await writer.WriteAsync(connection =>
            {
                Write(connection, time.GetUtcNow(), actor, Refused);
                return true;
            });
        }
    }

    /// <summary>To be called inside the write that opens or ends a session.</summary>
    public static void Write(SqlConnection connection, DateTimeOffset at, AuditActor actor, string action)
    {
        var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        if (connection.Execute(AdminSql.CountAudit, hour, action, actor.Name, actor.Address) > 0)
        {
            return;
        }

        var isFull = connection.Scalar(AdminSql.CountAuditLines, hour, action, actor.Name) >= MaxAddresses;
        var from = isFull ? actor with { Address = "other addresses" } : actor;
        if (!isFull || connection.Execute(AdminSql.CountAudit, hour, action, from.Name, from.Address) == 0)
        {
            AuditLog.Write(connection, new AuditEntry(at, from, action, "", ""));
        }
    }
}
