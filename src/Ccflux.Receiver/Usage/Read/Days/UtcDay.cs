namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Converts days as stored in the database, counted since 1970-01-01 (UTC).</summary>
internal static class UtcDay
{
    private static readonly int s_epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static DateOnly ToDate(int day) => DateOnly.FromDayNumber(day + s_epoch);

    public static int From(DateOnly date) => date.DayNumber - s_epoch;

    public static int From(DateTimeOffset instant) => (int)Math.Floor(instant.ToUnixTimeMilliseconds() / (double)UnixTime.Day);

    /// <summary>The day's first millisecond.</summary>
    public static long Start(int day) => day * UnixTime.Day;
}
