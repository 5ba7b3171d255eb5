namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Converts days as stored in the database, counted since 1970-01-01 (UTC).</summary>
internal static class UtcDay
{
    public const long Length = 86_400_000L;

    private static readonly int s_epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static DateOnly ToDate(int day) => DateOnly.FromDayNumber(day + s_epoch);

    public static int From(DateOnly date) => date.DayNumber - s_epoch;

    public static int From(DateTimeOffset instant) => (int)Math.Floor(instant.ToUnixTimeMilliseconds() / (double)Length);

    /// <summary>The day's first millisecond.</summary>
    public static long Start(int day) => day * Length;
}
