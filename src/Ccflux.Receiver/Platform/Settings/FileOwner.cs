using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Checks who owns a file. A command that is run in a folder such as <c>/tmp</c> must not take its settings from someone else's file there.</summary>
internal static partial class FileOwner
{
    private const int CurrentFolder = -100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int OthersMayWrite = 0x2;

    /// <summary>Why the file must not be trusted, or null. A trusted file is a regular file of this process's user or of root that is not writable by everyone.
    /// Also null if the system does not provide this information.</summary>
    public static string? Fault(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            if (Statx(CurrentFolder, path, 0, TypeModeAndOwner, out var found) != 0)
            {
                return "its owner cannot be determined.";
            }

            return (found.Mode & TypeMask) != RegularFile ? "it is not a regular file."
                : found.Owner != 0 && found.Owner != EffectiveUser() ? $"it belongs to another user (uid {found.Owner}) and is not read. Remove it, take ownership of it, or start in another folder."
                : (found.Mode & OthersMayWrite) != 0 ? "it is writable by everyone. Remove that permission: chmod o-w."
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out FileFacts facts);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    /// <summary>The kernel's <c>struct statx</c>, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileFacts
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
