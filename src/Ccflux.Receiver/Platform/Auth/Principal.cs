namespace Ccflux.Receiver.Platform.Auth;

/// <summary>The caller of a request: who it is, what it may do, and about whom it may read.</summary>
/// <param name="Actor">Who: for the audit log.</param>
/// <param name="Permissions">What was given to it; <see cref="Can"/> says what it may do.</param>
/// <param name="Scope">About whom it may read.</param>
/// <param name="Antiforgery">Goes into every form as the hidden field <see cref="AntiforgeryField"/>; empty for a program with a bearer token, which needs none.</param>
internal sealed record Principal(Actor Actor, IReadOnlySet<Permission> Permissions, DataScope Scope, string Antiforgery)
{
    public const string AntiforgeryField = "antiforgery";

    /// <summary>The header for the same token, for requests made by script.</summary>
    public const string AntiforgeryHeader = "X-CCFLUX-Antiforgery";

    /// <summary>A command on the receiver's machine, whose user could read the database itself.</summary>
    public static Principal Cli { get; } = new(Actor.Cli, Auth.Permissions.All, DataScope.Everybody, "");

    public bool IsSignedIn => Actor.Kind is not ActorKind.Anonymous;

    /// <summary>Whether the caller may change anything. Only then may it use what is kept free for such callers: a reader, live connections.</summary>
    public bool IsOperator => Auth.Permissions.All.Any(permission => !Auth.Permissions.Reading.Contains(permission) && Can(permission));

    /// <summary>Whether the caller may do something. What is not limited to the users of a data scope takes the scope of everybody: all changes, the fleet
    /// and the audit log.</summary>
    public bool Can(Permission permission) => Permissions.Contains(permission) && (Scope.IsEverybody || Auth.Permissions.Scoped.Contains(permission));

    /// <summary>The caller of this request; somebody without permissions if nobody is signed in.</summary>
    public static Principal Of(HttpContext context) => context.Features.Get<Principal>() ?? new(Actor.Anonymous(AddressOf(context)), Auth.Permissions.None, DataScope.Nobody, "");

    /// <summary>The IP address of this request, as audit logs store it; empty if there is none.</summary>
    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
