namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Names of the authorisation policies. <see cref="Reader"/> is the default where an endpoint states no policy, so a forgotten line denies access.</summary>
internal static class AdminPolicies
{
    /// <summary>May see everything: the admin or the viewer.</summary>
    public const string Reader = "reader";

    /// <summary>May change things: the admin only.</summary>
    public const string Admin = "admin";
}
