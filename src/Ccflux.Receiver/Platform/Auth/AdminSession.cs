namespace Ccflux.Receiver.Platform.Auth;

/// <summary>
/// The caller's session, for pages and for the audit log. <paramref name="Antiforgery"/> goes into every form as the hidden field
/// <see cref="AntiforgeryField"/>; it is empty for a program with a bearer token, which needs none.
/// </summary>
internal sealed record AdminSession(AdminRole Role, string Antiforgery)
{
    public const string AntiforgeryField = "antiforgery";

    /// <summary>The header for the same token, for requests made by script.</summary>
    public const string AntiforgeryHeader = "X-CCFLUX-Antiforgery";

    public bool MayChange => Role == AdminRole.Admin;

    /// <summary>The session of this request; null if nobody is signed in.</summary>
    public static AdminSession? Of(HttpContext context) => context.Features.Get<AdminSession>();
}
