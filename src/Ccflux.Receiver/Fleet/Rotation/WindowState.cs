namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>A limit window of an account, as of its last reading.</summary>
/// <param name="UsedPercent">0 to 100.</param>
/// <param name="ResetsAt">Null if unknown, as before the first request of a 5-hour window.</param>
/// <param name="ObservedAt">When it was read.</param>
/// <param name="PerMinute">How fast it fills, in percent per minute: <see cref="Velocity"/>.</param>
internal sealed record WindowState(double UsedPercent, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, double PerMinute = 0)
{
    public bool IsOver(DateTimeOffset now) => ResetsAt <= now;

    public bool IsStale(RotationSettings settings, DateTimeOffset now) => now - ObservedAt > settings.Stale;
}

/// <summary>A window that only requests to some models use up.</summary>
/// <param name="Name">The issuer's name for it, such as <c>seven_day_opus</c>.</param>
/// <param name="Model">What the names of those models contain, such as <c>opus</c>.</param>
/// <param name="Window">As of its last reading.</param>
internal sealed record ScopedWindow(string Name, string Model, WindowState Window);
