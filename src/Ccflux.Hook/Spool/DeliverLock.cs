namespace Ccflux.Hook.Spool;

/// <summary>Held by the one deliver that runs for a config directory. The kernel releases it when the process ends, however it ends.</summary>
internal sealed class DeliverLock : IDisposable
{
    private readonly FileStream _file;

    private DeliverLock(FileStream file) => _file = file;

    /// <summary>Null if another process holds it. A hook that only checks it holds it for an instant, hence the retries.</summary>
    public static DeliverLock? TryTake(string path)
    {
        for (var tries = 3; ; tries--)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix.
                return new DeliverLock(new FileStream(path, Options()));
            }
            catch (IOException) when (tries > 1)
            {
                Thread.Sleep(2);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Checks without acquiring, for the hook's hot path: no exception, one descriptor.</summary>
    public static bool IsTaken(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using var taken = TryTake(path);
            return taken is null;
        }

        var file = Posix.OpenForLock(path);
        if (file < 0)
        {
            return false;
        }

        var free = Posix.Flock(file, Posix.LockExclusive | Posix.LockNonBlocking) == 0;
        _ = Posix.Close(file);
        return !free;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Only the owner can open the file: anyone who can open it can hold its lock.</summary>
    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
