using System.Globalization;
using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Numbers heartbeats, always upwards, over restarts too. Numbers are taken from the file by the thousand, so that it is written once an hour.</summary>
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

    /// <summary>The receiver has seen a larger one: the file was lost, or is of another time.</summary>
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
