using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The client's own locks around its login, acquired the way the client does it: folders that only one process can create. The client holds the first two
/// while it renews its login, the third while it writes the file. We hold them for milliseconds only, because a client that needs them waits.</summary>
internal sealed class ClientLocks : IDisposable
{
    /// <summary>Fraction of a second that distinguishes our folders from the client's, so that folders left by a killed agent can be recognised.</summary>
    private const long OurTicks = 7_654_321;

    private readonly List<string> _taken = [];

    private ClientLocks()
    {
    }

    /// <summary>Null if the client or another process holds one of them: it is renewing or writing the login right now.</summary>
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

    /// <summary>Removes locks left by an agent that was killed while it held them. Only the one agent of a config directory may call this.</summary>
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

    /// <summary>The locks in the client's order, each with the age at which the client considers it abandoned; a live client touches its locks every few seconds.</summary>
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
            // Already gone, or no longer empty and so no longer ours.
        }
    }
}
