namespace Ccflux.Receiver.Platform.Calendar;

/// <summary>Converts days as stored in the database, counted since 1970-01-01. Which instants are in a day is a matter of the <see cref="OrganisationCalendar"/>.</summary>
internal static class CalendarDay
{
    private static readonly int s_epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static DateOnly ToDate(int day) => DateOnly.FromDayNumber(day + s_epoch);

    public static int From(DateOnly date) => date.DayNumber - s_epoch;
}
