using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>Settings for Cloudflare Access as a second check in front of the pages. Both settings together turn it on.</summary>
internal sealed class CloudflareAccessOptions : IValidatableObject
{
    private const string Domain = ".cloudflareaccess.com";

    [ConfigurationKeyName("CF_ACCESS_TEAM")]
    [Description("The team of Cloudflare Access (NAME in NAME.cloudflareaccess.com). Together with CF_ACCESS_AUD, every page and API also requires the token that Access adds to a request.")]
    public string? Team { get; set; }

    [ConfigurationKeyName("CF_ACCESS_AUD")]
    [Description("The application audience tag of that Access application, 64 characters.")]
    public string? Audience { get; set; }

    public bool IsOn => Team is not null && Audience is not null;

    /// <summary>The issuer of the tokens; its keys are published under this URL.</summary>
    public Uri Issuer => new($"https://{Team}{Domain}");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Team is null != Audience is null)
        {
            yield return new ValidationResult("CF_ACCESS_TEAM and CF_ACCESS_AUD: set both, or neither.");
        }

        if (Team is not null && (Team.Length > 63 || !Team.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-')))
        {
            yield return new ValidationResult($"CF_ACCESS_TEAM: expected the team's name, the part before {Domain}: lower-case letters, digits and hyphens.");
        }

        if (Audience is not null && (Audience.Length is < 16 or > 128 || !Audience.All(char.IsAsciiLetterOrDigit)))
        {
            yield return new ValidationResult("CF_ACCESS_AUD: expected the audience tag, 16 to 128 letters and digits.");
        }
    }
}
