namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>What a token of the environment gives: everything, or everything that changes nothing.</summary>
internal enum AdminRole
{
    Viewer = 1,
    Admin = 2,
}

internal static class AdminRoles
{
    /// <summary>The role's name in sessions and logs.</summary>
    public static string Name(this AdminRole role) => role == AdminRole.Admin ? "admin" : "viewer";

    /// <param name="role">The role of the token.</param>
    /// <param name="ipAddress">The IP address of the request.</param>
    /// <param name="antiforgery">The session's antiforgery token; empty for a bearer token.</param>
    public static Principal ToPrincipal(this AdminRole role, string ipAddress, string antiforgery) =>
        new(Actor.BreakGlass(role.Name(), ipAddress), role == AdminRole.Admin ? Permissions.All : Permissions.Reading, DataScope.Everybody, antiforgery);
}
