using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Platform.Memory;

/// <summary>The C library's heap, which SQLite and libsodium use.</summary>
internal static unsafe class NativeHeap
{
    private static readonly delegate* unmanaged<nuint, int> s_trim = Find();

    /// <summary>Returns freed memory to the system. Only glibc keeps it in the first place and offers this; elsewhere nothing is done.</summary>
    public static void Trim()
    {
        if (s_trim != null)
        {
            _ = s_trim(0);
        }
    }

    private static delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out var trim)
            ? (delegate* unmanaged<nuint, int>)trim
            : null;
}
