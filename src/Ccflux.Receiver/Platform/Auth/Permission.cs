using System.Collections.Frozen;

namespace Ccflux.Receiver.Platform.Auth;

/// <summary>What a caller may do. Each endpoint names the one that it needs, and pages show only what the caller has.</summary>
public enum Permission
{
    /// <summary>See usage and telemetry, users with the state of their clients, and devices.</summary>
    UsageRead = 1,

    /// <summary>See one's own usage.</summary>
    UsageReadOwn = 2,

    /// <summary>Add users, issue and revoke their tokens, and set divisions, plans and the users of installations.</summary>
    UsersManage = 3,

    /// <summary>Approve and revoke devices.</summary>
    DevicesManage = 4,

    /// <summary>See how full limits are, alerts, and how often accounts are polled.</summary>
    QuotaRead = 5,

    /// <summary>Poll accounts, and set how often.</summary>
    QuotaManage = 6,

    /// <summary>Set alert rules and send test alerts.</summary>
    AlertsManage = 7,

    /// <summary>See the fleet: accounts, agents, sessions, its log, monitors and the network.</summary>
    FleetRead = 8,

    /// <summary>Import and remove logins, enrol and revoke agents, and direct rotation.</summary>
    FleetManage = 9,

    /// <summary>See the audit log.</summary>
    AuditRead = 10,

    /// <summary>Decide who may sign in, and how.</summary>
    PeopleManage = 11,

    /// <summary>Create and revoke keys for programs.</summary>
    ApiKeysManage = 12,

    /// <summary>Read the documentation, and the API's description.</summary>
    DocsRead = 13,
}

/// <summary>Sets of permissions.</summary>
internal static class Permissions
{
    public static FrozenSet<Permission> All { get; } = Enum.GetValues<Permission>().ToFrozenSet();

    /// <summary>Those that change nothing.</summary>
    public static FrozenSet<Permission> Reading { get; } = FrozenSet.Create(
        Permission.UsageRead, Permission.UsageReadOwn, Permission.QuotaRead, Permission.FleetRead, Permission.AuditRead, Permission.DocsRead);

    /// <summary>Those whose every query is limited to a data scope, or shows nobody.</summary>
    public static FrozenSet<Permission> Scoped { get; } = FrozenSet.Create(Permission.UsageRead, Permission.UsageReadOwn, Permission.QuotaRead, Permission.DocsRead);

    public static FrozenSet<Permission> None { get; } = [];
}
