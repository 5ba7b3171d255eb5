using System.Globalization;

namespace Ccflux.Contracts.Quota;

/// <summary>How full a limit is, as the status line and the pages print it alike.</summary>
public static class UsedShare
{
    /// <summary>Rounding errors of figures that were stored in thousandths stay below this many digits.</summary>
    private const int Digits = 6;

    /// <param name="percent">0 to 100, or more.</param>
    /// <returns>With one decimal where it is not whole: <c>83.5</c>. Downwards, so that 100 stands for a limit that is reached and for nothing less.</returns>
    public static string Text(double percent) => (Math.Floor(Math.Round(percent * 10, Digits)) / 10).ToString("0.#", CultureInfo.InvariantCulture);
}
