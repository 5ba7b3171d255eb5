using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Fleet.Network;

/// <summary>Where to read the state of the programs in front of the receiver.</summary>
internal sealed class NetworkOptions : IValidatableObject
{
    [ConfigurationKeyName("TAILSCALE_SOCKET")]
    [Description("The socket of the machine's tailscaled, read for its status and for what Funnel serves. If it does not exist, the page reports that Tailscale cannot be seen.")]
    public string TailscaleSocket { get; set; } = "/var/run/tailscale/tailscaled.sock";

    [ConfigurationKeyName("CLOUDFLARED_METRICS")]
    [Description("The metrics URL of the machine's cloudflared (its --metrics option, such as http://127.0.0.1:20241), read for its connections.")]
    public string? CloudflaredMetrics { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CloudflaredMetrics is not null && !(Uri.TryCreate(CloudflaredMetrics, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult($"CLOUDFLARED_METRICS: expected a URL such as http://127.0.0.1:20241, got \"{CloudflaredMetrics}\".");
        }
    }
}
