using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Calendar;

/// <summary>Which days and months figures stand in.</summary>
internal sealed class CalendarOptions : IValidatableObject
{
    [ConfigurationKeyName("TIME_ZONE")]
    [Description("The organisation's time zone, such as Europe/Berlin: days and months of all figures follow it. 5-hour windows are always by UTC hours.")]
    public string TimeZone { get; set; } = "UTC";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            yield return new ValidationResult(
                $"TIME_ZONE: '{TimeZone}' is unknown. Names are those of the time zone database (tzdata), such as Europe/Berlin; on Linux its package must be installed.");
        }
    }

    /// <summary>Call it only on valid options.</summary>
    public OrganisationCalendar Load() => new(TimeZoneInfo.FindSystemTimeZoneById(TimeZone));
}
