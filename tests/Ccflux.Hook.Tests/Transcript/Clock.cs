namespace Ccflux.Hook.Tests.Transcript;

/// <summary>9 o'clock (UTC) on 2026-12-01, on a machine in a given time zone.</summary>
internal sealed class Clock(TimeZoneInfo zone) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => zone;

    public override DateTimeOffset GetUtcNow() => new(2026, 12, 1, 9, 0, 0, TimeSpan.Zero);
}
