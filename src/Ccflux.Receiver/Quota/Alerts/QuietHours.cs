namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>A part of each day in a time zone; it may span midnight.</summary>
internal sealed record QuietHours(TimeOnly From, TimeOnly To, TimeZoneInfo Zone)
{
    public static QuietHours? Parse(string text, string zone)
    {
        var parts = text.Split('-', StringSplitOptions.TrimEntries);
        return parts.Length == 2
            && TimeOnly.TryParseExact(parts[0], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
            && TimeOnly.TryParseExact(parts[1], "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var to)
            && from != to
            && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? new QuietHours(from, to, found)
            : null;
    }

    /// <summary>When an alert of <paramref name="at"/> may be sent: at once, or when the quiet hours end.</summary>
    public DateTimeOffset NotBefore(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, Zone);
        var clock = TimeOnly.FromDateTime(local.DateTime);
        if (!clock.IsBetween(From, To))
        {
            return at;
        }

        var wait = To - clock;
        return at + (wait >= TimeSpan.Zero ? wait : wait + TimeSpan.FromDays(1));
    }
}
