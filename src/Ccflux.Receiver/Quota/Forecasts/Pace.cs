namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>Compares what is used with the time that has passed.</summary>
/// <param name="ElapsedPercent">Share of the window that has passed.</param>
/// <param name="Ratio">Used by elapsed: above 1 is too fast to last until the reset. Null in the window's first hundredth, where it says nothing.</param>
public sealed record Pace(double ElapsedPercent, double? Ratio)
{
    private const double FirstPercent = 1;

    /// <summary>Null if the window's length or reset is unknown, or the reset has passed.</summary>
    public static Pace? Of(Reading reading, DateTimeOffset now)
    {
        if (reading.ResetsAt is not { } reset || reading.Start is not { } start || now >= reset || now < start)
        {
            return null;
        }

        var elapsed = (now - start) / (reset - start) * 100;
        return new Pace(elapsed, elapsed < FirstPercent ? null : reading.UsedPercent / elapsed);
    }
}
