using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Records sign-ins and sign-outs in the audit log. What anyone can repeat gets one line with a counter per hour, actor and IP address; beyond
/// <see cref="MaxAddresses"/> IP addresses per hour, the others share a line. So neither strangers nor a viewer can grow the log at will.
/// </summary>
internal sealed class SignInAudit(GroupCommitWriter writer, TimeProvider time)
{
    public const string SignedIn = "sign-in";
    public const string SignedOut = "sign-out";
    public const string Refused = "sign-in.refused";

    /// <summary>The maximum number of lines per hour, action and actor.</summary>
    public const int MaxAddresses = 100;

    /// <summary>The maximum total number of these lines; lines of changes are never deleted to make room for them.</summary>
    public const int MaxLines = 50_000;

    /// <summary>The maximum number of wrong tokens per minute, from all callers, that are written; the rest appear in the metric and the process log.</summary>
    private const int RefusalsPerMinute = 120;

    private readonly KeyedRateLimiter _refusals = new(RefusalsPerMinute, RefusalsPerMinute, 1, time);

    /// <summary>Counts a wrong token. A failure to store it is ignored: the token is refused anyway.</summary>
    public async Task RefusedAsync(AuditActor actor)
    {
        if (_refusals.TryTake(Refused, out _))
        {
            await writer.WriteAsync(session =>
            {
                Write(session, time.GetUtcNow(), actor, Refused);
                return true;
            });
        }
    }

    /// <summary>Must be called inside the write that opens or ends a session.</summary>
    public static void Write(WriteSession session, DateTimeOffset at, AuditActor actor, string action)
    {
        var lines = SignInLines.Load(session, at, actor, action);
        var count = SignInAuditRule.Decide(lines);
        if (count.Line is { } line)
        {
            session.Execute(AdminSql.CountAudit, ("line", line));
            return;
        }

        AuditLog.Write(session, new AuditEntry(at, count.IsShared ? actor with { Address = SignInLines.Shared } : actor, action, "", ""));
    }
}
