using System.Globalization;

namespace Ccflux.Hook;

/// <summary>A count and its noun in words: <c>1 turn</c>, <c>12 turns</c>.</summary>
internal static class Plural
{
    /// <param name="count">The count.</param>
    /// <param name="one">The singular; the plural is the same with an s.</param>
    public static string Of(long count, string one) => string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
