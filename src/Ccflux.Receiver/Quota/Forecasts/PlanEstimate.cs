namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>Estimates how many tokens a percent of the window, and so the whole window, amounts to. Issuers weigh models and caching
/// differently, so it is valid only for use like that which it was calculated from.</summary>
/// <param name="TokensPerPercent">Tokens of the account's turns since the window began, divided by the percent used.</param>
/// <param name="Lowest">Tokens of the whole window: the least that rounding allows.</param>
/// <param name="Highest">The most that rounding allows.</param>
public sealed record PlanEstimate(double TokensPerPercent, double Lowest, double Highest)
{
    /// <summary>Below this share, rounding alone makes the estimate worthless.</summary>
    private const long MinMilli = 5_000;

    public static PlanEstimate? Of(Reading reading, long tokens)
    {
        if (reading.UsedMilli < MinMilli || tokens <= 0)
        {
            return null;
        }

        var rounding = reading.UsedMilli % 1000 == 0 ? 0.5 : 0.05;
        return new PlanEstimate(
            tokens / reading.UsedPercent,
            tokens / (reading.UsedPercent + rounding) * 100,
            tokens / (reading.UsedPercent - rounding) * 100);
    }
}
