namespace Ccflux.Receiver.Platform;

/// <summary>Instants as the database stores them: milliseconds since 1970-01-01 UTC.</summary>
internal static class UnixTime
{
    public static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? At(long? milliseconds) => milliseconds is { } value ? At(value) : null;
}
