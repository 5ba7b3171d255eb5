using System.Globalization;
using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Numbers heartbeats in ascending order, also across restarts. Numbers are reserved in the file in blocks of 1,000, so that it is written about once an hour.</summary>
internal sealed class HeartbeatNumbers(string path)
{
    private const int Block = 1000;

    private long _next;
    private long _reserved;

    public long Next()
    {
        if (_next >= _reserved)
        {
            _next = Math.Max(_reserved, Stored());
            Reserve(_next + Block);
        }

        return _next++;
    }

    /// <summary>Skips ahead after the receiver has seen a larger number: the file was lost or is from an earlier time.</summary>
    public void Jump(DateTimeOffset now)
    {
        _next = Math.Max(_reserved, now.ToUnixTimeMilliseconds());
        Reserve(_next + Block);
    }

    private long Stored() =>
        AtomicFile.Read(path) is { } bytes && long.TryParse(Encoding.UTF8.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var stored) ? stored : 1;

    private void Reserve(long until)
    {
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(until.ToString(CultureInfo.InvariantCulture)));
        _reserved = until;
    }
}
