using System.Text;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>What may be written about a user.</summary>
internal static class UserRules
{
    public const int MaxEmail = 254;
    public const int MaxDivision = 128;
    public const int MaxDays = 3650;

    /// <summary>The one spelling of an address: without blanks around it, in lower case. Everything that names a user goes through here.</summary>
    public static string Normalize(string? email) => (email ?? "").Trim().ToLowerInvariant();

    /// <summary>The same, and whether it can name a user at all: 1 to <see cref="MaxEmail"/> characters, each of them to be seen, and written in
    /// one way only. Two addresses that look alike are then the same one, but for letters of different alphabets.</summary>
    public static bool TryNormalize(string? email, out string address)
    {
        address = Normalize(email);
        return address.Length is > 0 and <= MaxEmail && address.EnumerateRunes().All(IsPlain) && !address.Contains('\uFFFD', StringComparison.Ordinal);
    }

    /// <summary>The first thing wrong with the values, or null and the values as they are stored.</summary>
    public static AccountFault? Fault(string? email, string? division, int days, out string address, out string label)
    {
        label = (division ?? "").Trim();
        return !TryNormalize(email, out address) || !IsEmail(address) ? AccountFault.EmailInvalid
            : label.Length > MaxDivision || label.Any(char.IsControl) ? AccountFault.DivisionTooLong
            : days is < 1 or > MaxDays ? AccountFault.DaysOutOfRange
            : null;
    }

    /// <summary>An address that was refused, so that what cannot be seen in it is seen: such characters as <c>\u{200b}</c>, in hexadecimal.</summary>
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

    /// <summary>One @ with something before it and a name after it. Whether it exists, only a mail would tell.</summary>
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

    /// <summary>Neither blank nor control nor format character, and no part of a letter that Unicode also has whole: combining marks, the
    /// pieces of Hangul, ideographs for compatibility. What is left is in Unicode's normal form C, which this program has no tables for.</summary>
    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => false,
        _ => rune.Value is not ((>= 0x1100 and <= 0x11FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F)),
    };
}
