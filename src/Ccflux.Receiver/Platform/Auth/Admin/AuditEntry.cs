namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>A line of the audit log: who did what (<c>user.add</c>, <c>device.revoke</c>), to whom, and any detail that is not secret.</summary>
internal sealed record AuditEntry(DateTimeOffset At, Actor Actor, string Action, string Target, string Detail);
