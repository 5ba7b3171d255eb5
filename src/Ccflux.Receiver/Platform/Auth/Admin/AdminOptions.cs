using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Who may see the pages, and how signing in works.</summary>
internal sealed class AdminOptions : IValidatableObject
{
    [ConfigurationKeyName("ADMIN_TOKEN"), Secret]
    [Description("What the admin signs in with, and the bearer token of programs. While it is unset every page and API answers 503. Changing it ends all sessions.")]
    public string? AdminToken { get; set; }

    [ConfigurationKeyName("VIEWER_TOKEN"), Secret]
    [Description("A second token that sees everything and changes nothing.")]
    public string? ViewerToken { get; set; }

    [ConfigurationKeyName("COOKIE_SECURE")]
    [Description("Sends the session cookie over HTTPS only. Turn it on behind a TLS proxy.")]
    public bool CookieSecure { get; set; }

    [ConfigurationKeyName("METRICS_TOKEN"), Secret]
    [Description("When set, /metrics asks for it as a bearer token.")]
    public string? MetricsToken { get; set; }

    [ConfigurationKeyName("AUDIT_RETENTION_DAYS"), Range(1, 3650)]
    [Description("Days that the audit log is kept.")]
    public int AuditRetentionDays { get; set; } = 400;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AdminToken is not null && string.Equals(AdminToken, ViewerToken, StringComparison.Ordinal))
        {
            yield return new ValidationResult("VIEWER_TOKEN: must differ from ADMIN_TOKEN.");
        }

        if (AdminToken is null && ViewerToken is not null)
        {
            yield return new ValidationResult("VIEWER_TOKEN: needs ADMIN_TOKEN to be set too.");
        }
    }
}
