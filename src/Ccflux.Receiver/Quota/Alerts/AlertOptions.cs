using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>When alerts are created. <see cref="ChannelOptions"/>: where they go.</summary>
internal sealed class AlertOptions : IValidatableObject
{
    [ConfigurationKeyName("ALERT_THRESHOLDS")]
    [Description("Percentages at which an alert is sent, separated by commas; an account may have its own.")]
    public string Thresholds { get; set; } = "80,95";

    [ConfigurationKeyName("ALERT_FORECAST")]
    [Description("Alert when a window will be exhausted before it resets even at the slowest recent rate of use.")]
    public bool Forecast { get; set; } = true;

    [ConfigurationKeyName("ALERT_QUIET_HOURS")]
    [Description("Hours without alerts, such as 22:00-07:00. Alerts wait until they end, and are dropped if their window has reset by then.")]
    public string? QuietHours { get; set; }

    [ConfigurationKeyName("ALERT_TIME_ZONE")]
    [Description("The time zone of ALERT_QUIET_HOURS, such as Europe/Berlin.")]
    public string TimeZone { get; set; } = "UTC";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AlertSettings.ParseThresholds(Thresholds) is null)
        {
            yield return new ValidationResult($"ALERT_THRESHOLDS: {AlertSettings.ThresholdsForm}");
        }

        if (QuietHours is not null && Alerts.QuietHours.Parse(QuietHours, TimeZone) is null)
        {
            yield return new ValidationResult("ALERT_QUIET_HOURS: expected hours such as 22:00-07:00, and a known ALERT_TIME_ZONE.");
        }
    }
}
