using System.Text;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Validates and normalises the values of a user.</summary>
internal static class UserRules
{
    public const int MaxEmail = 254;
    public const int MaxDivision = 128;
    public const int MaxDays = 3650;

    /// <summary>Normalises an e-mail address: no surrounding white space, lower case. Every name of a user goes through here.</summary>
    public static string Normalize(string? email) => (email ?? "").Trim().ToLowerInvariant();

    /// <summary>Normalises an e-mail address and checks whether it can name a user: 1 to <see cref="MaxEmail"/> characters, all visible, each with
    /// a unique encoding. Two addresses that look alike are then the same, except for letters of different alphabets.</summary>
    public static bool TryNormalize(string? email, out string address)
    {
        address = Normalize(email);
        return address.Length is > 0 and <= MaxEmail && address.EnumerateRunes().All(IsPlain) && !address.Contains('\uFFFD', StringComparison.Ordinal);
    }

    /// <summary>Returns the first fault in the values, or null and the values as they are stored.</summary>
    public static AccountFault? Fault(string? email, string? division, int days, out string address, out string label)
    {
        label = (division ?? "").Trim();
        return !TryNormalize(email, out address) || !IsEmail(address) ? AccountFault.EmailInvalid
            : label.Length > MaxDivision || label.Any(char.IsControl) ? AccountFault.DivisionTooLong
            : days is < 1 or > MaxDays ? AccountFault.DaysOutOfRange
            : null;
    }

    /// <summary>Formats a refused e-mail address with its invisible characters made visible, in hexadecimal: <c>\u{200b}</c>.</summary>
    public static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes().Take(MaxEmail))
        {
            if (rune.Value == ' ' || IsPlain(rune))
            {
                printable.Append(rune);
            }
            else
            {
                printable.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return printable.ToString();
    }

    /// <summary>One @ with something before it and a name after it. Whether the mailbox exists can only be checked by sending mail.</summary>
    private static bool IsEmail(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return address.Length >= 3
            && at > 0
            && at == address.LastIndexOf('@')
            && at < address.Length - 1
            && address[^1] != '.'
            && address[at + 1] is not '.' and not '-'
            && !address.AsSpan(at + 1).Contains("..", StringComparison.Ordinal);
    }

    /// <summary>True for characters that are not white space, control or format characters, and that have no precomposed alternative in Unicode:
    /// no combining marks, Hangul jamo or compatibility ideographs. The rest is in Unicode's normal form C, for which this program has no tables.</summary>
    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => false,
        _ => rune.Value is not ((>= 0x1100 and <= 0x11FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F)),
    };
}
