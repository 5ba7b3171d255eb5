using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Settings for the monitors on the fleet page.</summary>
internal sealed class MonitorOptions : IValidatableObject
{
    public const int MaxTargets = 30;
    public const string Allowance = "ALLOW_PRIVATE_MONITORS";

    [ConfigurationKeyName("MONITORS")]
    [Description("URLs that the receiver checks itself, as name=https://address, separated by commas; at most 30. The receiver and BASE_URL are always checked.")]
    public string? Targets { get; set; }

    [ConfigurationKeyName("MONITOR_INTERVAL"), Range(20, 3600)]
    [Description("Seconds between two checks of a URL.")]
    public int IntervalSeconds { get; set; } = 60;

    [ConfigurationKeyName("MONITOR_ALERTS")]
    [Description("Send an alert when one of the receiver's own checks finds a URL down twice in a row, and when it is up again.")]
    public bool Alerts { get; set; } = true;

    [ConfigurationKeyName("KUMA_URL")]
    [Description("URL of an Uptime Kuma whose status page is shown instead of the receiver's own checks. Requires KUMA_STATUS_PAGE.")]
    public string? KumaUrl { get; set; }

    [ConfigurationKeyName("KUMA_STATUS_PAGE")]
    [Description("The slug of that status page: the last part of its URL.")]
    public string? KumaPage { get; set; }

    [ConfigurationKeyName(Allowance)]
    [Description("Allows checks, and Uptime Kuma, to use private and loopback IP addresses, and to do so without TLS.")]
    public bool AllowPrivate { get; set; }

    public bool HasKuma => KumaUrl is not null && KumaPage is not null;

    public IReadOnlyList<MonitorTarget> Parse() => MonitorTarget.Parse(Targets) ?? [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MonitorTarget.Parse(Targets) is not { } targets)
        {
            yield return new ValidationResult($"MONITORS: expected up to {MaxTargets} entries of the form name=https://address, separated by commas, with unique names.");
        }
        else
        {
            foreach (var target in targets)
            {
                if (OutboundAddress.Fault(target.Address.OriginalString, AllowPrivate, Allowance) is { } fault)
                {
                    yield return new ValidationResult($"MONITORS: {target.Name}: {fault}");
                }
            }
        }

        if (KumaUrl is null != KumaPage is null)
        {
            yield return new ValidationResult("KUMA_URL and KUMA_STATUS_PAGE: set both, or neither.");
        }

        if (KumaUrl is not null && OutboundAddress.Fault(KumaUrl, AllowPrivate, Allowance) is { } kumaFault)
        {
            yield return new ValidationResult($"KUMA_URL: {kumaFault}");
        }

        if (KumaPage is not null && (KumaPage.Length > 200 || !KumaPage.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
        {
            yield return new ValidationResult("KUMA_STATUS_PAGE: expected the page's slug: letters, digits and hyphens.");
        }
    }
}
