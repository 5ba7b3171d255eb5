namespace Ccflux.Hook.Spool;

/// <summary>The spool: hook events are appended to it; deliver reads it, and empties it once everything in it is acknowledged.
/// Appending holds the file's lock shared and emptying holds it exclusively, so that no line is lost between reading and emptying.</summary>
internal sealed class SpoolFile(string path)
{
    /// <summary>A fuller spool accepts no more lines; deliver then looks at every session it knows, not only at those named.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int LockTries = 20;

    /// <summary>False if nothing could be written.</summary>
    public bool Append(HookEvent hookEvent)
    {
        var line = hookEvent.ToLine();
        if (OperatingSystem.IsWindows())
        {
            return AppendOnWindows(line);
        }

        var file = Posix.OpenForAppend(path);
        if (file < 0)
        {
            return false;
        }

        // Deliver holds the lock for microseconds. A deliver process that was stopped while holding it must not delay the user: the line
        // is then written without the lock.
        for (var i = 0; i < LockTries && Posix.Flock(file, Posix.LockShared | Posix.LockNonBlocking) != 0; i++)
        {
            _ = Posix.SleepMicroseconds(100);
        }

        var full = new FileInfo(path) is { Exists: true, Length: >= MaxBytes };
        var written = full || Posix.Write(file, line) == line.Length;
        _ = Posix.Close(file);
        return written;
    }

    public SpoolContent Read()
    {
        if (!IsThere)
        {
            return new SpoolContent([], 0);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(file.Length, 2 * MaxBytes)];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var events = new List<HookEvent>();
        foreach (var range in bytes.AsSpan(0, length).Split((byte)'\n'))
        {
            if (HookEvent.Parse(bytes.AsSpan(0, length)[range]) is { } hookEvent)
            {
                events.Add(hookEvent);
            }
        }

        return new SpoolContent(events, length);
    }

    /// <summary>Empties the spool if nothing was added since it was read; false otherwise.</summary>
    public bool TryEmpty(SpoolContent read)
    {
        if (!IsThere)
        {
            return true;
        }

        // FileShare.None is the exclusive lock on every platform; a hook that is appending right now makes it fail.
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (file.Length > read.Length)
            {
                return false;
            }

            file.SetLength(0);
            return true;
        }
        catch (IOException)
        {
            return false; // in use: look again
        }
    }

    /// <summary>Hooks do not write to a link, and its target must not be emptied.</summary>
    private bool IsThere => new FileInfo(path) is { Exists: true, LinkTarget: null };

    private bool AppendOnWindows(byte[] line)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
                if (file.Length < MaxBytes)
                {
                    file.Write(line);
                }

                return true;
            }
            catch (IOException) when (i < LockTries)
            {
                Thread.Sleep(1);
            }
        }
    }
}

/// <summary>The spool's content when it was read, and its length in bytes.</summary>
internal sealed record SpoolContent(IReadOnlyList<HookEvent> Events, long Length)
{
    public bool IsFull => Length >= SpoolFile.MaxBytes;
}
