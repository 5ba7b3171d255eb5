using System.Text;

namespace Ccflux.Receiver.Platform;

/// <summary>Finds and replaces a person's e-mail address within a text, but not within another, longer address.</summary>
internal static class Mentions
{
    /// <summary>A pattern for <c>LIKE … ESCAPE '\'</c> that finds every text with the address in it, and some that only contain a longer one.</summary>
    public static string Pattern(string address) => "%" + address
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal) + "%";

    /// <summary>The text with another name in place of the address; the same text if it does not name it.</summary>
    public static string Replace(string text, string address, string name)
    {
        StringBuilder? replaced = null;
        var done = 0;
        for (var at = IndexOf(text, address, 0); at >= 0; at = IndexOf(text, address, at + 1))
        {
            if (at < done || !IsWhole(text, at, at + address.Length))
            {
                continue;
            }

            replaced = (replaced ?? new StringBuilder()).Append(text, done, at - done).Append(name);
            done = at + address.Length;
        }

        return replaced is null ? text : replaced.Append(text, done, text.Length - done).ToString();
    }

    private static int IndexOf(string text, string address, int from) => address.Length == 0 ? -1 : text.IndexOf(address, from, StringComparison.OrdinalIgnoreCase);

    private static bool IsWhole(string text, int start, int end) =>
        (start == 0 || !IsPart(text[start - 1]))
        && (end == text.Length || !(text[end] == '.' ? end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1]) : IsPart(text[end])));

    private static bool IsPart(char character) => char.IsLetterOrDigit(character) || character is '.' or '_' or '%' or '+' or '-' or '@' or '\'';
}
