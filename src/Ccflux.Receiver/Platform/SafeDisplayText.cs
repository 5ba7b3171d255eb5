using System.Text;

namespace Ccflux.Receiver.Platform;

/// <summary>Makes text from others safe to show or record: characters that draw nothing, or that move or hide the text next to them, are not allowed.</summary>
internal static class SafeDisplayText
{
    private static readonly Rune s_instead = Rune.ReplacementChar;

    /// <summary>Whether a text has 1 to <paramref name="max"/> characters, none of them a control or format character, a line separator or half of a surrogate pair.</summary>
    public static bool Is(string text, int max) => text.Length > 0 && text.Length <= max && text.EnumerateRunes().All(IsPlain);

    /// <summary>The text with a replacement character (U+FFFD) for each that is not allowed.</summary>
    public static string Clean(string text)
    {
        if (text.EnumerateRunes().All(IsPlain))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append((IsPlain(rune) ? rune : s_instead).ToString());
        }

        return clean.ToString();
    }

    /// <summary>The cleaned text in quotation marks, which show that the words are someone else's.</summary>
    public static string Quote(string text) => $"\"{Clean(text).Replace('"', '\'')}\"";

    private static bool IsPlain(Rune rune) => rune != s_instead && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
