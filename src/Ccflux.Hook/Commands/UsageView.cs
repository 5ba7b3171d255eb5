using System.Globalization;

namespace Ccflux.Hook.Commands;

/// <summary>What each row of <c>ccflux usage</c> covers.</summary>
internal enum UsageBy
{
    Day = 1,
    Week,
    Month,
    Block,
    Session,
    Model,
}

/// <summary>Which requests are counted, and in which rows. Days are those of the time zone.</summary>
/// <param name="Since">The first day that counts; null: no lower bound.</param>
/// <param name="Until">The last day that counts; null: no upper bound.</param>
internal sealed record UsageView(UsageBy By, TimeZoneInfo Zone, DateOnly? Since = null, DateOnly? Until = null)
{
    public bool Takes(DateOnly day) => !(day < Since) && !(day > Until);

    /// <summary>The day of an instant in the time zone.</summary>
    public DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(In(instant).DateTime);

    /// <summary>The Monday of a day's week.</summary>
    public static DateOnly Week(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    /// <summary>The name of a block: its start in the time zone, such as <c>2026-11-21T16:00+09:00</c>.</summary>
    public string Block(DateTimeOffset start) => In(start).ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture);

    private DateTimeOffset In(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone);
}
