namespace Ccflux.Simulator;

/// <summary>A limit of fixed length that starts with the first use after the previous one ended.</summary>
public sealed class SimulatedWindow(string name, TimeSpan length)
{
    public string Name { get; } = name;

    /// <summary>Percent, never above 100.</summary>
    public double Used { get; private set; }

    /// <summary>Null while nothing was used since the last reset.</summary>
    public DateTimeOffset? ResetsAt { get; private set; }

    /// <summary>Ends the window when its time is up. True if it did.</summary>
    public bool Expire(DateTimeOffset now)
    {
        if (ResetsAt is null || now < ResetsAt)
        {
            return false;
        }

        ResetsAt = null;
        Used = 0;
        return true;
    }

    /// <summary>Puts it into the state that a demonstration wants.</summary>
    public void Set(double used, DateTimeOffset resetsAt)
    {
        Used = used;
        ResetsAt = resetsAt;
    }

    public void Use(double percent, DateTimeOffset now)
    {
        ResetsAt ??= now + length;
        Used = Math.Min(100, Used + percent);
    }
}
