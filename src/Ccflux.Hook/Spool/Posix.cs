using System.Runtime.InteropServices;

namespace Ccflux.Hook.Spool;

/// <summary>The few system calls that .NET has no door to: an append that is atomic between processes, a lock that is only asked for,
/// and a child that outlives the client. Linux and macOS; Windows goes other ways.</summary>
internal static unsafe partial class Posix
{
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int LockRelease = 8;
    public const int Kill = 9;

    private const short PollIn = 1;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Interrupted = 4;

    private static readonly bool s_mac = OperatingSystem.IsMacOS();

    /// <summary>Opens for appending, creating with mode 0600; negative where it cannot.</summary>
    public static int OpenForAppend(string path) => Open(path, WriteOnly | (s_mac ? 0x200 | 0x8 | 0x1000000 : 0x40 | 0x400 | 0x80000), 0x180);

    /// <summary>Opens for reading and writing, creating with mode 0600; negative where it cannot.</summary>
    public static int OpenForLock(string path) => Open(path, ReadWrite | (s_mac ? 0x200 | 0x1000000 : 0x40 | 0x80000), 0x180);

    /// <summary>Reads from standard input; 0 at its end, negative when nothing came in time.</summary>
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

    /// <summary>Reads a small file, without what a stream costs; negative where it is not there, and where it does not fit.</summary>
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

    /// <summary>One write; the number of bytes written, negative where none were.</summary>
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

    [LibraryImport("libc", EntryPoint = "getpid")]
    public static partial int ProcessId();

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentProcessId();

    /// <summary>Makes a folder, which only one of several can: 0 for that one.</summary>
    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Signal(int process, int signal);

    /// <summary>Makes this process give way to others.</summary>
    [LibraryImport("libc", EntryPoint = "nice")]
    public static partial int GiveWay(int by);

    [LibraryImport("libc", EntryPoint = "usleep")]
    public static partial int SleepMicroseconds(uint microseconds);

    /// <summary>Says that pages will not be needed soon: those of a file are read again when they are.</summary>
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

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
