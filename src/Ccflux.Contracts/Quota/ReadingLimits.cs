namespace Ccflux.Contracts.Quota;

/// <summary>Bounds of what <c>POST /quota/readings</c> accepts. Both sides enforce them.</summary>
public static class ReadingLimits
{
    public const int MaxReadings = 200;
    public const int MaxWindowName = 64;
    public const int MaxAccount = 254;

    /// <summary>Largest percentage that is accepted.</summary>
    public const double MaxPercentage = 1000;

    /// <summary>Maximum number of windows of one account.</summary>
    public const int MaxWindows = 32;

    /// <summary>Whether a name is valid for a window: letters, digits and <c>_ - . :</c>, starting with a letter.</summary>
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
