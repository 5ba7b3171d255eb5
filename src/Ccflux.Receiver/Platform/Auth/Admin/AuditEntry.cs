namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Who made a change (<c>admin</c>, <c>viewer</c>, <c>system</c> or <c>cli</c>) and from which IP address.</summary>
internal sealed record AuditActor(string Name, string Address)
{
    public static readonly AuditActor System = new("system", "");
    public static readonly AuditActor Cli = new("cli", "");

    /// <summary>The user who is signed in on this request.</summary>
    public static AuditActor Of(HttpContext context) => new(
        AdminSession.Of(context)?.Role switch { AdminRole.Admin => "admin", AdminRole.Viewer => "viewer", _ => "anonymous" },
        context.Connection.RemoteIpAddress?.ToString() ?? "");
}

/// <summary>A line of the audit log: what was done (<c>user.add</c>, <c>device.revoke</c>), to whom, and any detail that is not secret.</summary>
internal sealed record AuditEntry(DateTimeOffset At, AuditActor Actor, string Action, string Target, string Detail);
