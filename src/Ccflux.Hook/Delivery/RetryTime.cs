using System.Globalization;
using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary><c>retry_at</c> and <c>quota_retry_at</c>: the time until which the receiver asked not to be called, if that is longer than deliver waits.</summary>
internal static class RetryTime
{
    /// <summary>A longer wait is not trusted, nor is a file written with a wrong clock.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    public static void Write(string path, DateTimeOffset at) =>
        AtomicFile.Write(path, Encoding.ASCII.GetBytes(at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));

    /// <summary>Null if nothing prevents an attempt now.</summary>
    public static DateTimeOffset? Read(string path, DateTimeOffset now)
    {
        if (AtomicFile.Read(path) is not { } bytes
            || !long.TryParse(Encoding.ASCII.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > (now + s_longest).ToUnixTimeMilliseconds()
            || milliseconds <= now.ToUnixTimeMilliseconds())
        {
            return null;
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
