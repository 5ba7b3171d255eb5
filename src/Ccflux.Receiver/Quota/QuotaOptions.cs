using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Quota;

/// <summary>Settings of quota: where readings come from, how often, and how long they are kept.</summary>
internal sealed class QuotaOptions : IValidatableObject
{
    public const string IssuerOfCookies = "https://claude.ai";
    public const string IssuerOfTokens = "https://api.anthropic.com";

    [ConfigurationKeyName("POLL_INTERVAL"), Range(60, 3600)]
    [Description("Seconds between polls with cookies. An interval saved on the page overrides this.")]
    public int PollInterval { get; set; } = 60;

    [ConfigurationKeyName("QUOTA_DETAIL_DAYS"), Range(1, 3650)]
    [Description("Days for which every reading is kept; older ones are kept by hour.")]
    public int DetailDays { get; set; } = 35;

    [ConfigurationKeyName("QUOTA_PUBLIC")]
    [Description("Quota may be read without signing in, with labels instead of e-mail addresses. Only for a network that you trust.")]
    public bool Public { get; set; }

    [ConfigurationKeyName("ENV_FILE")]
    [Description("A file of KEY=value lines with the CLAUDE_* settings below. Takes precedence over the environment; changes apply within seconds.")]
    public string EnvFile { get; set; } = ".env";

    [ConfigurationKeyName("CLAUDE_SESSION_KEY"), Secret]
    [Description("The cookie sessionKey of claude.ai. Together with CLAUDE_ORG_ID it turns on polling with cookies; read docs/quota.md first.")]
    public string? SessionKey { get; set; }

    [ConfigurationKeyName("CLAUDE_ORG_ID"), Secret]
    [Description("The cookie lastActiveOrg of claude.ai.")]
    public string? OrganizationId { get; set; }

    [ConfigurationKeyName("CLAUDE_DEVICE_ID"), Secret]
    [Description("The cookie anthropic-device-id of claude.ai.")]
    public string? DeviceId { get; set; }

    [ConfigurationKeyName("CLAUDE_ANON_ID"), Secret]
    [Description("The cookie ajs_anonymous_id of claude.ai, the one whose value begins with claudeai.v1.")]
    public string? AnonymousId { get; set; }

    [ConfigurationKeyName("CLAUDE_CF_CLEARANCE"), Secret]
    [Description("The cookie cf_clearance of claude.ai, if there is one.")]
    public string? CfClearance { get; set; }

    [ConfigurationKeyName("CLAUDE_CF_BM"), Secret]
    [Description("The cookie __cf_bm of claude.ai. It expires after 30 minutes; leave it out.")]
    public string? CfBm { get; set; }

    [ConfigurationKeyName("CLAUDE_LABEL"), StringLength(64)]
    [Description("The name shown on the page for the account polled with cookies.")]
    public string Label { get; set; } = "claude.ai";

    [ConfigurationKeyName("OAUTH_CREDENTIALS")]
    [Description("Paths of Claude Code's .credentials.json files, separated by colons. They are read, never written; the tokens in them are never refreshed.")]
    public string? CredentialFiles { get; set; }

    [ConfigurationKeyName("CLAUDE_AI_URL")]
    [Description("The URL that cookies are sent to. Any URL other than the issuer's needs ALLOW_TEST_UPSTREAMS=1.")]
    public string CookieUpstream { get; set; } = IssuerOfCookies;

    [ConfigurationKeyName("ANTHROPIC_API_URL")]
    [Description("The URL that access tokens are sent to. Any URL other than the issuer's needs ALLOW_TEST_UPSTREAMS=1.")]
    public string TokenUpstream { get; set; } = IssuerOfTokens;

    [ConfigurationKeyName("ALLOW_TEST_UPSTREAMS")]
    [Description("Allows credentials to be sent to URLs other than their issuer's. For tests and the demo only.")]
    public bool AllowTestUpstreams { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (key, address, issuer) in new[] { ("CLAUDE_AI_URL", CookieUpstream, IssuerOfCookies), ("ANTHROPIC_API_URL", TokenUpstream, IssuerOfTokens) })
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                yield return new ValidationResult($"{key}: expected a URL such as {issuer}.");
            }
            else if (!AllowTestUpstreams && !string.Equals(address.TrimEnd('/'), issuer, StringComparison.Ordinal))
            {
                yield return new ValidationResult($"{key}: credentials are sent to {issuer} only. ALLOW_TEST_UPSTREAMS=1 lifts this for tests.");
            }
        }
    }
}
