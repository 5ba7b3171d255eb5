using System.Globalization;

namespace Ccflux.Contracts.Quota;

/// <summary>Formats how full a limit is, in the same way for the status line and the pages.</summary>
public static class UsedShare
{
    /// <summary>Rounding errors of figures stored in thousandths are smaller than this many digits.</summary>
    private const int Digits = 6;

    /// <param name="percent">0 to 100, or more.</param>
    /// <returns>With one decimal if it is not whole: <c>83.5</c>. Rounded down, so that 100 means that a limit is reached, and nothing less.</returns>
    public static string Text(double percent) => (Math.Floor(Math.Round(percent * 10, Digits)) / 10).ToString("0.#", CultureInfo.InvariantCulture);
}
