using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The client's own locks around its login, taken as it takes them: folders that only one can make. The first two it holds while it renews
/// its login, the third while it writes the file. They are held for milliseconds, for a client that wants them meanwhile waits.</summary>
internal sealed class ClientLocks : IDisposable
{
    /// <summary>Part of a second that tells our folders from the client's, so that those of an agent that was killed are known.</summary>
    private const long OurTicks = 7_654_321;

    private readonly List<string> _taken = [];

    private ClientLocks()
    {
    }

    /// <summary>Null where the client, or another of its kind, holds one of them: it renews or writes right now.</summary>
    public static ClientLocks? TryTake(string configDir, TimeProvider time)
    {
        var locks = new ClientLocks();
        foreach (var (path, stale) in All(configDir))
        {
            if (!TryMake(path, stale, time))
            {
                locks.Dispose();
                return null;
            }

            locks._taken.Add(path);
        }

        return locks;
    }

    /// <summary>Removes what an agent left that was killed while it held them. Only the one agent of a config dir may call this.</summary>
    public static void RemoveOurs(string configDir)
    {
        foreach (var (path, _) in All(configDir))
        {
            if (Directory.Exists(path) && Directory.GetLastWriteTimeUtc(path).Ticks % TimeSpan.TicksPerSecond == OurTicks)
            {
                Remove(path);
            }
        }
    }

    public void Dispose()
    {
        for (var i = _taken.Count - 1; i >= 0; i--)
        {
            Remove(_taken[i]);
        }

        _taken.Clear();
    }

    /// <summary>In the client's order, with the age at which it takes one for left behind; while it lives it touches them every few seconds.</summary>
    private static IEnumerable<(string Path, TimeSpan Stale)> All(string configDir) =>
    [
        (Path.Combine(configDir, ".oauth_refresh.lock"), TimeSpan.FromSeconds(60)),
        (Path.TrimEndingDirectorySeparator(configDir) + ".lock", TimeSpan.FromSeconds(60)),
        (Path.Combine(configDir, ".storage-write.lock"), TimeSpan.FromSeconds(10)),
    ];

    private static bool TryMake(string path, TimeSpan stale, TimeProvider time)
    {
        if (!Make(path))
        {
            if (!Directory.Exists(path) || time.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(path) <= stale)
            {
                return false;
            }

            Remove(path);
            if (!Make(path))
            {
                return false;
            }
        }

        var now = time.GetUtcNow().UtcDateTime;
        Directory.SetLastWriteTimeUtc(path, new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond) + OurTicks, DateTimeKind.Utc));
        return true;
    }

    private static bool Make(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return Posix.MakeFolder(path, 0x1FF) == 0;
        }

        if (Directory.Exists(path))
        {
            return false;
        }

        Directory.CreateDirectory(path);
        return true;
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException)
        {
            // Gone already, or no longer empty and so no longer ours.
        }
    }
}
