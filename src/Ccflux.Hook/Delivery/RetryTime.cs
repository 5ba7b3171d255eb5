using System.Globalization;
using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary><c>retry_at</c>: until when the receiver asked to be left alone, where that is longer than deliver waits.</summary>
internal static class RetryTime
{
    /// <summary>A longer rest is not believed, nor a file that a wrong clock wrote.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    public static void Write(StateDirectory state, DateTimeOffset at) =>
        AtomicFile.Write(state.RetryAt, Encoding.ASCII.GetBytes(at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));

    /// <summary>Null where nothing speaks against trying now.</summary>
    public static DateTimeOffset? Read(StateDirectory state, DateTimeOffset now)
    {
        if (AtomicFile.Read(state.RetryAt) is not { } bytes
            || !long.TryParse(Encoding.ASCII.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > (now + s_longest).ToUnixTimeMilliseconds()
            || milliseconds <= now.ToUnixTimeMilliseconds())
        {
            return null;
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
