namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>An estimate: how many tokens a percent of the window holds, and so how many the whole of it. Issuers weigh models and caching
/// differently, so it holds only for use like that which it was taken from.</summary>
/// <param name="TokensPerPercent">Tokens of the account's turns since the window began, by the percent used.</param>
/// <param name="Lowest">Tokens of the whole window, at the least that rounding allows.</param>
/// <param name="Highest">At the most.</param>
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
