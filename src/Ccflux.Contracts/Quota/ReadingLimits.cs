namespace Ccflux.Contracts.Quota;

/// <summary>Bounds of what <c>POST /quota/readings</c> takes. Both sides hold them.</summary>
public static class ReadingLimits
{
    public const int MaxReadings = 200;
    public const int MaxWindowName = 64;
    public const int MaxAccount = 254;

    /// <summary>Largest percentage that is believed.</summary>
    public const double MaxPercentage = 1000;

    /// <summary>Windows of one account.</summary>
    public const int MaxWindows = 32;

    /// <summary>Letters, digits and <c>_ - . :</c>, beginning with a letter: what a window may be called.</summary>
    public static bool IsWindowName(string? name)
    {
        if (name is null || name.Length is 0 or > MaxWindowName || !char.IsAsciiLetter(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':'))
            {
                return false;
            }
        }

        return true;
    }
}
