using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Who may see the pages, and how sign-in works.</summary>
internal sealed class AdminOptions : IValidatableObject
{
    /// <summary>The recommended minimum length of a token, in characters. Shorter tokens cause a warning at start and on the pages.</summary>
    public const int LeastToken = 16;

    [ConfigurationKeyName("ADMIN_TOKEN"), Secret]
    [Description("The token that the admin signs in with, and the bearer token for programs. While it is unset, every page and API returns 503. Changing it ends all sessions. At least 16 characters: openssl rand -hex 32.")]
    public string? AdminToken { get; set; }

    [ConfigurationKeyName("VIEWER_TOKEN"), Secret]
    [Description("A second, read-only token: it sees everything and changes nothing.")]
    public string? ViewerToken { get; set; }

    [ConfigurationKeyName("COOKIE_SECURE")]
    [Description("Whether cookies are sent over HTTPS only. Unset: they are if the request arrived over HTTPS, including at a trusted proxy, or was for the host of an https BASE_URL.")]
    public bool? CookieSecure { get; set; }

    [ConfigurationKeyName("METRICS_TOKEN"), Secret]
    [Description("The bearer token for /metrics. Unset: /metrics answers only requests from this machine that did not come through a proxy.")]
    public string? MetricsToken { get; set; }

    [ConfigurationKeyName("AUDIT_RETENTION_DAYS"), Range(1, 3650)]
    [Description("Days to keep the audit log.")]
    public int AuditRetentionDays { get; set; } = 400;

    /// <summary>The settings whose tokens are shorter than <see cref="LeastToken"/>.</summary>
    public IEnumerable<string> ShortTokens =>
        new[] { ("ADMIN_TOKEN", AdminToken), ("VIEWER_TOKEN", ViewerToken), ("METRICS_TOKEN", MetricsToken) }
            .Where(token => token.Item2 is { Length: < LeastToken })
            .Select(token => token.Item1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AdminToken is not null && string.Equals(AdminToken, ViewerToken, StringComparison.Ordinal))
        {
            yield return new ValidationResult("VIEWER_TOKEN: must differ from ADMIN_TOKEN.");
        }

        if (AdminToken is null && ViewerToken is not null)
        {
            yield return new ValidationResult("VIEWER_TOKEN: requires ADMIN_TOKEN.");
        }
    }
}
