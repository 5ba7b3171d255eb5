using Ccflux.Receiver.Platform.Calendar;

namespace Ccflux.Receiver.Tests.Platform.Calendar;

public sealed class OrganisationCalendarTests
{
    private const long Hour = 3_600_000;

    public static TheoryData<string> Zones { get; } =
        ["UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "Pacific/Kiritimati", "Etc/GMT+5"];

    /// <summary>Every quarter of an hour of eight years, against the calendar of .NET.</summary>
    [Theory]
    [MemberData(nameof(Zones))]
    public void DaysAreThoseOfTheZone(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var calendar = new OrganisationCalendar(zone);
        var first = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (day, starts) = (calendar.DayOf(first.ToUnixTimeMilliseconds()), 0);
        for (var at = first; at.Year < 2028; at = at.AddMinutes(15))
        {
            var date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            var instant = at.ToUnixTimeMilliseconds();
            Assert.Equal(date, calendar.DayOf(instant));
            if (date != day)
            {
                Assert.Equal(day + 1, date);
                Assert.Equal(instant, calendar.StartOf(date));
                Assert.Equal(day, calendar.DayOf(instant - 1));
                (day, starts) = (date, starts + 1);
            }
        }

        Assert.InRange(starts, 2921, 2923);
    }

    [Theory]
    [InlineData("UTC", false)]
    [InlineData("Etc/GMT+5", false)]
    [InlineData("Europe/London", false)]
    [InlineData("Europe/Berlin", false)]
    [InlineData("America/New_York", false)]
    [InlineData("Asia/Kolkata", true)]
    [InlineData("Asia/Kathmandu", true)]
    [InlineData("Australia/Lord_Howe", true)]
    public void Quarters_AreNeeded_WhereAnOffsetIsNoWholeHour(string name, bool expected) =>
        Assert.Equal(expected, new OrganisationCalendar(TimeZoneInfo.FindSystemTimeZoneById(name)).NeedsQuarters);

    [Theory]
    [InlineData("Europe/Berlin", 2026, 3, 29, 23)]
    [InlineData("Europe/Berlin", 2026, 10, 25, 25)]
    [InlineData("America/New_York", 2026, 3, 8, 23)]
    [InlineData("Asia/Kolkata", 2026, 3, 29, 24)]
    public void ADayOfDaylightSaving_IsAnHourShorterOrLonger(string name, int year, int month, int date, int hours)
    {
        var calendar = new OrganisationCalendar(TimeZoneInfo.FindSystemTimeZoneById(name));
        var day = new DateOnly(year, month, date).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

        Assert.Equal(hours * Hour, calendar.StartOf(day + 1) - calendar.StartOf(day));
    }

    [Fact]
    public void Date_IsThatOfTheZone()
    {
        var calendar = new OrganisationCalendar(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        Assert.Equal(new DateOnly(2026, 11, 30), calendar.DateOf(new DateTimeOffset(2026, 11, 30, 22, 59, 59, TimeSpan.Zero)));
        Assert.Equal(new DateOnly(2026, 12, 1), calendar.DateOf(new DateTimeOffset(2026, 11, 30, 23, 0, 0, TimeSpan.Zero)));
        Assert.Equal("Europe/Berlin", calendar.Name);
    }

    [Fact]
    public void AnUnknownZone_IsAnErrorThatNamesTheTimeZoneDatabase()
    {
        var fault = Assert.Single(new CalendarOptions { TimeZone = "Mars/Olympus" }.Validate(null!));

        Assert.Contains("Mars/Olympus", fault.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("tzdata", fault.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(new CalendarOptions { TimeZone = "Asia/Kathmandu" }.Validate(null!));
    }
}
