using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>The operator's cookies as configured now. It is a class, so that nothing prints them.</summary>
internal sealed class Cookies
{
    private const int MaxLength = 8192;

    private readonly IReadOnlyList<(string Cookie, string? Value)> _values;

    private Cookies(string? sessionKey, string? organization, string? device, string? anonymous, string? clearance, string? bot)
    {
        OrganizationId = organization;
        DeviceId = device;
        AnonymousId = anonymous is null ? null : Uri.UnescapeDataString(anonymous);
        IsComplete = sessionKey is not null && organization is not null;
        IsConfigured = sessionKey is not null || organization is not null;
        _values =
        [
            ("sessionKey", sessionKey), ("lastActiveOrg", organization), ("anthropic-device-id", device),
            ("ajs_anonymous_id", anonymous), ("cf_clearance", clearance), ("__cf_bm", bot),
        ];
    }

    public string? OrganizationId { get; }

    public string? DeviceId { get; }

    public string? AnonymousId { get; }

    public bool IsConfigured { get; }

    private bool IsComplete { get; }

    /// <summary>False if something is missing, or contains a character that no cookie or path may contain.</summary>
    public bool IsUsable => IsComplete
        && OrganizationId!.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        && _values.All(pair => pair.Value is null || (pair.Value.Length <= MaxLength && pair.Value.All(IsCookieCharacter)))
        && (AnonymousId is null || AnonymousId.All(c => c is > ' ' and < (char)127));

    /// <summary>Changes when any of them does, and reveals none.</summary>
    public string Stamp => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', _values.Select(pair => pair.Value)))));

    public string Header => string.Join("; ", _values.Where(pair => pair.Value is not null).Select(pair => $"{pair.Cookie}={pair.Value}"));

    public static Cookies Read(QuotaOptions options, EnvFile file) => new(
        file["CLAUDE_SESSION_KEY"] ?? options.SessionKey,
        file["CLAUDE_ORG_ID"] ?? options.OrganizationId,
        file["CLAUDE_DEVICE_ID"] ?? options.DeviceId,
        file["CLAUDE_ANON_ID"] ?? options.AnonymousId,
        file["CLAUDE_CF_CLEARANCE"] ?? options.CfClearance,
        file["CLAUDE_CF_BM"] ?? options.CfBm);

    private static bool IsCookieCharacter(char c) => c is > ' ' and < (char)127 and not (';' or ',' or '"' or '\\');
}
