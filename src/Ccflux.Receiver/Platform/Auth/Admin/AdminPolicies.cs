namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Names of the authorisation policies. <see cref="Reader"/> is also what an endpoint needs that says nothing, so a forgotten line closes a door instead of opening it.</summary>
internal static class AdminPolicies
{
    /// <summary>Looks at everything: the admin or the viewer.</summary>
    public const string Reader = "reader";

    /// <summary>Changes things: the admin only.</summary>
    public const string Admin = "admin";
}
