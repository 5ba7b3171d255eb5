using System.Globalization;
using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>Parses instants as transcripts write them, in epoch milliseconds.</summary>
internal static class Instant
{
    /// <summary>The last second of the year 9999.</summary>
    public const long MaxSeconds = 253_402_300_799;

    /// <summary>Reads <c>2026-11-21T07:10:08.565Z</c>, and any other ISO form more slowly. 0 if the text is not an instant since 1970.</summary>
    public static long Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length == 24 && text[23] == 'Z' && text[10] == 'T' && text[19] == '.' && Fixed(text) is var milliseconds and > 0)
        {
            return milliseconds;
        }

        return text.Length is > 0 and <= 40
            && DateTimeOffset.TryParse(Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
            ? Math.Max(0, parsed.ToUnixTimeMilliseconds())
            : 0;
    }

    public static DateTimeOffset ToUtc(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static long Fixed(ReadOnlySpan<byte> text)
    {
        int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
        int hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2), fraction = Digits(text, 20, 3);
        if ((year | month | day | hour | minute | second | fraction) < 0 || hour > 23 || minute > 59 || second > 59
            || year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return 0;
        }

        var days = new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return ((((((days * 24L) + hour) * 60) + minute) * 60) + second) * 1000 + fraction;
    }

    /// <summary>-1 if a character is not a digit.</summary>
    private static int Digits(ReadOnlySpan<byte> text, int start, int count)
    {
        var value = 0;
        foreach (var character in text.Slice(start, count))
        {
            if (character is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + (character - '0');
        }

        return value;
    }
}
