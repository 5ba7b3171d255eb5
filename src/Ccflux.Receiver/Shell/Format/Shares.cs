namespace Ccflux.Receiver.Shell.Format;

/// <summary>Converts shares to classes <c>v0</c> to <c>v100</c> (whole percent), because the pages' policy allows no style attributes.</summary>
public static class Shares
{
    private static readonly string[] s_classes = [.. Enumerable.Range(0, 101).Select(percent => $"v{percent}")];

    /// <summary>The class of a share from 0 to 1; never <c>v0</c> for a share above zero.</summary>
    public static string Class(double share)
    {
        var percent = double.IsFinite(share) ? (int)Math.Round(Math.Clamp(share, 0, 1) * 100, MidpointRounding.AwayFromZero) : 0;
        return s_classes[percent == 0 && share > 0 ? 1 : percent];
    }

    public static string Class(double part, double whole) => Class(whole > 0 ? part / whole : 0);
}
