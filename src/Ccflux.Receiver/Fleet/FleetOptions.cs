using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet;

/// <summary>Whether this receiver keeps logins, and where their keys are.</summary>
internal sealed class FleetOptions : IValidatableObject
{
    public const string IssuerOfLogins = "https://platform.claude.com";
    public const string SoonestReset = "soonest_reset";
    public const string LeastWaste = "least_waste";

    [ConfigurationKeyName("FLEET")]
    [Description("Turns the fleet on: the vault of logins, agents, rotation. Read docs/fleet.md first: the vendor's terms restrict it. When off, none of its routes exist.")]
    public bool Enabled { get; set; }

    [ConfigurationKeyName("VAULT_KEY_PATH")]
    [Description("The folder of the key ring that encrypts logins. Must be outside the database's folder and its backups. Required with FLEET=1.")]
    public string? VaultKeyPath { get; set; }

    [ConfigurationKeyName("ANTHROPIC_TOKEN_URL")]
    [Description("Where refresh tokens are sent. A URL other than the issuer's needs ALLOW_TEST_UPSTREAMS=1.")]
    public string TokenUpstream { get; set; } = IssuerOfLogins;

    [ConfigurationKeyName("FLEET_CLIENT_ID"), StringLength(128)]
    [Description("The client_id sent when refreshing a login that does not name one itself.")]
    public string? ClientId { get; set; }

    [ConfigurationKeyName("FLEET_ORDER"), AllowedValues(SoonestReset, LeastWaste, ErrorMessage = "expected soonest_reset or least_waste.")]
    [Description("Which account is used first. soonest_reset: always the one whose week resets soonest. least_waste: that one only in the last 12 hours of its week, and before that the one that loses most by waiting.")]
    public string Order { get; set; } = SoonestReset;

    /// <summary>The rotation settings for this order.</summary>
    public RotationSettings Rotation => OrderOf(Order);

    /// <param name="order">One of the two values of FLEET_ORDER.</param>
    public static RotationSettings OrderOf(string order) =>
        string.Equals(order, LeastWaste, StringComparison.Ordinal) ? RotationSettings.LeastWaste : RotationSettings.Default;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && VaultKeyPath is null)
        {
            yield return new ValidationResult("VAULT_KEY_PATH: FLEET=1 needs a folder for the vault's key ring, outside the database's folder.");
        }
    }

    /// <summary>Checks these settings against those of the database and of quota.</summary>
    public IEnumerable<string> Faults(string databasePath, bool allowTestUpstreams)
    {
        if (Enabled && VaultKeyPath is { } keys && IsBelow(Real(keys), Real(Path.GetDirectoryName(Path.GetFullPath(databasePath))!)))
        {
            yield return $"VAULT_KEY_PATH: {keys} is inside the database's folder, so backups would contain the keys too. Choose a folder outside it.";
        }

        if (!Uri.TryCreate(TokenUpstream, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            yield return $"ANTHROPIC_TOKEN_URL: expected a URL such as {IssuerOfLogins}.";
        }
        else if (!allowTestUpstreams && !string.Equals(TokenUpstream.TrimEnd('/'), IssuerOfLogins, StringComparison.Ordinal))
        {
            yield return $"ANTHROPIC_TOKEN_URL: refresh tokens are sent to {IssuerOfLogins} only. Set ALLOW_TEST_UPSTREAMS=1 to allow another URL in tests.";
        }
    }

    private static bool IsBelow(string path, string folder) =>
        string.Equals(path, folder, StringComparison.Ordinal) || path.StartsWith(folder.TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(full) ? Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
