using System.Runtime.InteropServices;

namespace Ccflux.Hook.Spool;

/// <summary>The few system calls that .NET does not offer: an append that is atomic between processes, a lock that is only checked,
/// and a child process that outlives the client. Linux and macOS; Windows uses other means.</summary>
internal static unsafe partial class Posix
{
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int LockRelease = 8;

    private const short PollIn = 1;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Interrupted = 4;

    private const int NoFollowLinks = 0x100;
    private const int CurrentFolder = -100;
    private const uint TypeMask = 0xF000;
    private const uint TypeFolder = 0x4000;
    private const uint WritableByOthers = 0x12;
    private const uint OwnerOnly = 0x1C0;
    private const int AccessWrite = 2;
    private const int NoSuchFile = 2;

    private static readonly bool s_mac = OperatingSystem.IsMacOS();

    /// <summary>Makes <c>open</c> fail on a link.</summary>
    private static readonly int s_noFollow = s_mac ? 0x100 : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens for appending, creating with mode 0600; negative if it fails.</summary>
    public static int OpenForAppend(string path) => Open(path, WriteOnly | s_noFollow | (s_mac ? 0x200 | 0x8 | 0x1000000 : 0x40 | 0x400 | 0x80000), 0x180);

    /// <summary>Opens for reading and writing, creating with mode 0600; negative if it fails.</summary>
    public static int OpenForLock(string path) => Open(path, ReadWrite | s_noFollow | (s_mac ? 0x200 | 0x1000000 : 0x40 | 0x80000), 0x180);

    /// <summary>Whether a folder may be written to as this user's own: not a link, and owned by this user or by the owner of the config directory (in a container that is
    /// often the host's user). Write permission for others is removed from it.</summary>
    public static FolderTrust Inspect(string folder, string configDir)
    {
        if (s_mac)
        {
            return InspectByClaim(folder);
        }

        if (!TryStatus(folder, NoFollowLinks, out var owner, out var mode))
        {
            return Directory.Exists(folder) ? FolderTrust.Own : FolderTrust.Missing; // a kernel before 4.11 does not tell
        }

        if ((mode & TypeMask) != TypeFolder)
        {
            return FolderTrust.NoFolder;
        }

        if (owner != EffectiveUser() && !(TryStatus(configDir, 0, out var above, out _) && above == owner))
        {
            return FolderTrust.Foreign;
        }

        if ((mode & WritableByOthers) != 0)
        {
            _ = ChangeMode(folder, OwnerOnly);
        }

        return FolderTrust.Own;
    }

    /// <summary>Whether this user may write to a file, or create files in a folder.</summary>
    public static bool MayWrite(string path) => Access(path, AccessWrite) == 0;

    /// <summary>Reads from standard input; 0 at its end, negative if nothing came in time.</summary>
    public static int ReadInput(byte[] buffer, int offset, int timeoutMilliseconds)
    {
        PollEntry entry = new() { Descriptor = 0, Events = PollIn };
        int ready;
        do
        {
            ready = PollCall(&entry, 1, timeoutMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastSystemError() == Interrupted);

        if (ready <= 0)
        {
            return -1;
        }

        fixed (byte* start = &buffer[offset])
        {
            return (int)ReadCall(0, start, buffer.Length - offset);
        }
    }

    /// <summary>Reads a small file without the cost of a stream; negative if it does not exist or does not fit.</summary>
    public static int ReadSmallFile(string path, Span<byte> bytes)
    {
        var file = Open(path, s_mac ? 0x1000000 : 0x80000, 0);
        if (file < 0)
        {
            return -1;
        }

        fixed (byte* start = bytes)
        {
            var read = (int)ReadCall(file, start, bytes.Length);
            _ = Close(file);
            return read < bytes.Length ? read : -1;
        }
    }

    /// <summary>Writes once; returns the number of bytes written, negative if none were.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return (int)WriteCall(descriptor, start, bytes.Length);
        }
    }

    [LibraryImport("libc", EntryPoint = "flock")]
    public static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentProcessId();

    /// <summary>Creates a folder, which succeeds for only one of several processes: 0 for that one.</summary>
    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Signal(int process, int signal);

    /// <summary>Lowers this process's priority.</summary>
    [LibraryImport("libc", EntryPoint = "nice")]
    public static partial int GiveWay(int by);

    [LibraryImport("libc", EntryPoint = "usleep")]
    public static partial int SleepMicroseconds(uint microseconds);

    /// <summary>Declares that pages will not be needed soon: pages of a file are read again when they are.</summary>
    [LibraryImport("libc", EntryPoint = "madvise")]
    public static partial int Advise(nuint address, nuint length, int advice);

    // open is variadic: on arm64 macOS variadic arguments go on the stack, so there the mode is set by the process's umask alone.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadCall(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteCall(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int PollCall(PollEntry* entries, nuint count, int timeout);

    /// <summary>Owner and mode as reported by <c>statx</c>: its layout is the same on every architecture.</summary>
    private static bool TryStatus(string path, int flags, out uint owner, out uint mode)
    {
        const int TypeModeAndOwner = 0xB;
        var buffer = stackalloc byte[256];
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;
        var found = SystemCall(number, CurrentFolder, path, flags, TypeModeAndOwner, buffer) == 0;
        owner = found ? *(uint*)(buffer + 20) : 0;
        mode = found ? *(ushort*)(buffer + 28) : 0u;
        return found;
    }

    /// <summary>Only a folder's owner may set its mode.</summary>
    private static FolderTrust InspectByClaim(string folder)
    {
        const int FolderNoFollow = 0x100000 | 0x100 | 0x1000000;
        var file = Open(folder, FolderNoFollow, 0);
        if (file < 0)
        {
            return Marshal.GetLastSystemError() == NoSuchFile ? FolderTrust.Missing : FolderTrust.NoFolder;
        }

        var isOwn = ChangeMode(file, OwnerOnly) == 0;
        _ = Close(file);
        return isOwn ? FolderTrust.Own : FolderTrust.Foreign;
    }

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint SystemCall(nint number, nint folder, string path, nint flags, nint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "chmod", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmod")]
    private static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}

/// <summary>Who owns a folder.</summary>
internal enum FolderTrust
{
    Missing,
    Own,

    /// <summary>There is a link or a file in its place.</summary>
    NoFolder,
    Foreign,
}
