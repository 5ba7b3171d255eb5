using Ccflux.Receiver.Platform.Calendar;

namespace Ccflux.Receiver.Usage.Retention;

/// <summary>Decides which whole days of the organisation's time zone are kept: today and the <c>RETENTION_DAYS</c> before it.</summary>
internal static class RetentionRule
{
    /// <summary>The first instant that is kept, in epoch milliseconds; 0 if everything is.</summary>
    public static long FirstKept(OrganisationCalendar calendar, DateTimeOffset now, int retentionDays) =>
        retentionDays == 0 ? 0 : calendar.StartOf(calendar.DayOf(now) - retentionDays);
}
