namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Which alerts are sent about an account.</summary>
/// <param name="Thresholds">Thousandths of a percent, ascending.</param>
/// <param name="Forecast">Whether to alert when a window will run out.</param>
internal sealed record AlertSettings(IReadOnlyList<long> Thresholds, bool Forecast)
{
    public const string ThresholdsForm = "expected up to 5 percentages from 1 to 100, separated by commas, such as 80,95.";

    private const int MaxThresholds = 5;

    /// <summary>Null if the text is malformed; an empty text means none.</summary>
    public static IReadOnlyList<long>? ParseThresholds(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var thresholds = new SortedSet<long>();
        foreach (var part in parts)
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent is < 1 or > 100)
            {
                return null;
            }

            thresholds.Add(percent * 1000L);
        }

        return thresholds.Count <= MaxThresholds ? [.. thresholds] : null;
    }

    public static string Text(IEnumerable<long> thresholds) =>
        string.Join(',', thresholds.Select(threshold => (threshold / 1000).ToString(CultureInfo.InvariantCulture)));
}
