using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Claude Code's 5-hour windows. A window starts at its first event, floored to the hour (UTC), and contains what ends within five hours
/// of that start; the next event opens the next window. An event five hours after the last one is also five hours past the start, so
/// the rule needs only the start.</summary>
internal static class WindowRule
{
    public const long Length = WindowLength.FiveHoursMilliseconds;

    /// <summary><see cref="Length"/> in the text of statements, which are constants.</summary>
    public const string SqlLength = "18000000";

    public static long StartFor(long instant) => instant - (((instant % UnixTime.Hour) + UnixTime.Hour) % UnixTime.Hour);

    public static bool Holds(long start, long instant) => instant >= start && instant < start + Length;

    /// <summary>Open while both its start and its last event are less than five hours ago.</summary>
    public static bool IsOpen(long start, long last, long now) => now - start < Length && now - last < Length;
}
