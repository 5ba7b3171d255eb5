using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Shell.Format;

/// <summary>Formats numbers for the pages: short in the cell, exact in the title, a dash if unknown.</summary>
public static class Numbers
{
    public const string Unknown = "—";

    private const string NarrowNoBreakSpace = "\u202F";
    private const string NoBreakSpace = "\u00A0";
    private const char Minus = '−';

    /// <summary>Counts of things are exact up to this value.</summary>
    private const long LargestExactCount = 99_999;

    private static readonly NumberFormatInfo s_grouped = new() { NumberGroupSeparator = NarrowNoBreakSpace, NegativeSign = Minus.ToString() };
    private static readonly (decimal Size, string Unit)[] s_units = [(1e3m, "k"), (1e6m, "M"), (1e9m, "B"), (1e12m, "T")];

    /// <summary>Tokens: exact below 1 000, then always one decimal and a unit, so that the decimal points align: <c>48.2k</c>, <c>126.4M</c>.</summary>
    public static string Compact(long? value)
    {
        if (value is not { } number)
        {
            return Unknown;
        }

        if (Math.Abs(number) < 1000)
        {
            return Exact(number);
        }

        foreach (var (size, unit) in s_units)
        {
            var scaled = Math.Round(number / size, 1, MidpointRounding.AwayFromZero);
            if (Math.Abs(scaled) < 1000 || unit is "T")
            {
                return scaled.ToString("#,0.0", s_grouped) + unit;
            }
        }

        return Exact(number);
    }

    /// <summary>Counts of things (sessions, turns): exact up to 99 999, compact beyond.</summary>
    public static string Count(long? value) => value is > LargestExactCount or < -LargestExactCount ? Compact(value) : Exact(value);

    /// <summary>A count with its noun: <c>1 turn</c>, <c>61 380 turns</c>.</summary>
    /// <param name="count">The count.</param>
    /// <param name="one">The singular.</param>
    /// <param name="many">The plural, if it is not <paramref name="one"/> with an s.</param>
    public static string Of(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>Every digit, grouped by a narrow no-break space: <c>61 380</c>.</summary>
    public static string Exact(long? value) => value?.ToString("#,0", s_grouped) ?? Unknown;

    /// <summary>A share from 0 to 1 in whole percent: <c>22 %</c>, <c>&lt; 1 %</c> for what is small but not zero.</summary>
    public static string Share(double? share) => share switch
    {
        null => Unknown,
        > 0 and < 0.01 => $"<{NoBreakSpace}1{NoBreakSpace}%",
        { } known => Percent(known, "0"),
    };

    /// <summary>How full a limit is, in the same form as in the status line: <c>83.5 %</c>, never rounded up.</summary>
    /// <param name="percent">0 to 100, or more.</param>
    public static string Used(double percent) => $"{UsedShare.Text(percent)}{NoBreakSpace}%";

    /// <summary>A rate from 0 to 1 with one decimal: <c>92.7 %</c>.</summary>
    public static string Rate(double? rate) => rate is { } known ? Percent(known, "0.0") : Unknown;

    /// <summary>The size of a relative change; an arrow next to it shows its direction.</summary>
    public static string Change(double change) => Rate(Math.Abs(change));

    /// <summary>The size of a difference of two rates, in points.</summary>
    public static string Points(double difference) => $"{Math.Abs(difference * 100).ToString("0.0", s_grouped)}{NoBreakSpace}pt";

    /// <summary>How many times as much: <c>3.8×</c>.</summary>
    public static string Multiple(double? times) => times is { } known ? known.ToString("0.0", s_grouped) + "×" : Unknown;

    /// <summary>US dollars: whole from 100, cents below.</summary>
    public static string Money(decimal? amount) => amount switch
    {
        null => Unknown,
        >= 99.995m or <= -99.995m => Dollars(amount.Value, "#,0"),
        _ => Dollars(amount.Value, "0.00"),
    };

    /// <summary>Money with every significant digit, for titles.</summary>
    public static string ExactMoney(decimal? amount) => amount is { } known ? Dollars(known, "#,0.00##") : Unknown;

    /// <summary>For sorting and for programs: digits only.</summary>
    public static string Raw(decimal? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Percent(double share, string format) => $"{(share * 100).ToString(format, s_grouped)}{NoBreakSpace}%";

    private static string Dollars(decimal amount, string format) =>
        (amount < 0 ? Minus.ToString() : "") + "$" + Math.Abs(amount).ToString(format, s_grouped);
}
