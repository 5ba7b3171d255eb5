using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Quota;

/// <summary>Where readings come from, how often, and how long they are kept.</summary>
internal sealed class QuotaOptions : IValidatableObject
{
    public const string IssuerOfCookies = "https://claude.ai";
    public const string IssuerOfTokens = "https://api.anthropic.com";

    [ConfigurationKeyName("POLL_INTERVAL"), Range(60, 3600)]
    [Description("Seconds between polls with cookies. An interval saved on the page beats it.")]
    public int PollInterval { get; set; } = 60;

    [ConfigurationKeyName("QUOTA_DETAIL_DAYS"), Range(1, 3650)]
    [Description("Days that every reading is kept; older ones are kept by the hour.")]
    public int DetailDays { get; set; } = 35;

    [ConfigurationKeyName("QUOTA_PUBLIC")]
    [Description("Quota may be read without signing in, with labels instead of e-mails. Only for a network that you trust.")]
    public bool Public { get; set; }

    [ConfigurationKeyName("ENV_FILE")]
    [Description("A file of KEY=value lines with the CLAUDE_* settings below. It beats the environment, and a change of it holds within seconds.")]
    public string EnvFile { get; set; } = ".env";

    [ConfigurationKeyName("CLAUDE_SESSION_KEY"), Secret]
    [Description("The cookie sessionKey of claude.ai. It and CLAUDE_ORG_ID turn polling with cookies on; read docs/quota.md first.")]
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
    [Description("The cookie cf_clearance of claude.ai, where there is one.")]
    public string? CfClearance { get; set; }

    [ConfigurationKeyName("CLAUDE_CF_BM"), Secret]
    [Description("The cookie __cf_bm of claude.ai. It lives 30 minutes; leave it out.")]
    public string? CfBm { get; set; }

    [ConfigurationKeyName("CLAUDE_LABEL"), StringLength(64)]
    [Description("What the account polled with cookies is called on the page.")]
    public string Label { get; set; } = "claude.ai";

    [ConfigurationKeyName("OAUTH_CREDENTIALS")]
    [Description("Paths of .credentials.json files of Claude Code, separated by colons. They are read, never written; the tokens in them are never refreshed.")]
    public string? CredentialFiles { get; set; }

    [ConfigurationKeyName("CLAUDE_AI_URL")]
    [Description("Where cookies are sent. Another address than the issuer's needs ALLOW_TEST_UPSTREAMS=1.")]
    public string CookieUpstream { get; set; } = IssuerOfCookies;

    [ConfigurationKeyName("ANTHROPIC_API_URL")]
    [Description("Where access tokens are sent. Another address than the issuer's needs ALLOW_TEST_UPSTREAMS=1.")]
    public string TokenUpstream { get; set; } = IssuerOfTokens;

    [ConfigurationKeyName("ALLOW_TEST_UPSTREAMS")]
    [Description("Lets credentials go to other addresses than their issuer's. For tests and the demo only.")]
    public bool AllowTestUpstreams { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (key, address, issuer) in new[] { ("CLAUDE_AI_URL", CookieUpstream, IssuerOfCookies), ("ANTHROPIC_API_URL", TokenUpstream, IssuerOfTokens) })
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                yield return new ValidationResult($"{key}: expected an address such as {issuer}.");
            }
            else if (!AllowTestUpstreams && !string.Equals(address.TrimEnd('/'), issuer, StringComparison.Ordinal))
            {
                yield return new ValidationResult($"{key}: credentials go to {issuer} only. ALLOW_TEST_UPSTREAMS=1 lifts this, for tests.");
            }
        }
    }
}
