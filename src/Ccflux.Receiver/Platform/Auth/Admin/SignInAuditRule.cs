using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>The lines of this hour for one action and actor.</summary>
/// <param name="Own">The newest line of the actor's IP address; null if there is none.</param>
/// <param name="Others">The line that the IP addresses beyond <see cref="SignInAudit.MaxAddresses"/> share; null if there is none.</param>
/// <param name="Count">How many there are.</param>
internal sealed record SignInLines(long? Own, long? Others, long Count)
{
    /// <summary>What stands in place of the IP address on the shared line.</summary>
    public const string Shared = "other addresses";

    public static SignInLines Load(WriteSession session, DateTimeOffset at, AuditActor actor, string action)
    {
        var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);
        return session.First(
            AdminSql.SelectAuditLines,
            static rows => new SignInLines(rows.Int64OrNull(0), rows.Int64OrNull(1), rows.Int64(2)),
            ("address", actor.Address),
            ("shared", Shared),
            ("since", hour.ToUnixTimeMilliseconds()),
            ("action", action),
            ("actor", actor.Name))!;
    }
}

/// <summary>Where a sign-in is counted.</summary>
/// <param name="Line">The line whose counter is incremented; null for a new line.</param>
/// <param name="IsShared">Whether it is the line that other IP addresses share.</param>
internal readonly record struct SignInCount(long? Line, bool IsShared);

/// <summary>Decides on which line of the audit log a sign-in is counted. Pure.</summary>
internal static class SignInAuditRule
{
    public static SignInCount Decide(SignInLines lines) => lines switch
    {
        { Own: { } own } => new SignInCount(own, IsShared: false),
        { Count: >= SignInAudit.MaxAddresses } => new SignInCount(lines.Others, IsShared: true),
        _ => new SignInCount(null, IsShared: false),
    };
}
