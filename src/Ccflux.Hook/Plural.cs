using System.Globalization;

namespace Ccflux.Hook;

/// <summary>So many of something in words: <c>1 turn</c>, <c>12 turns</c>.</summary>
internal static class Plural
{
    /// <param name="count">How many.</param>
    /// <param name="one">What one is called; several are called the same with an s.</param>
    public static string Of(long count, string one) => string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
