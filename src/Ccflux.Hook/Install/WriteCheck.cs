using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>Checks that all files can be written before the first one is. A sentence says why not.</summary>
internal static class WriteCheck
{
    /// <summary>Checks a file that is to be written, whether it exists or not. Links are followed, as when it is written.</summary>
    public static string? File(string path)
    {
        string target;
        try
        {
            target = Target(path);
        }
        catch (IOException)
        {
            return $"{path} is a link that leads in a circle.";
        }

        if (Directory.Exists(target))
        {
            return $"{path} is a folder where a file belongs.";
        }

        var folder = Path.GetDirectoryName(target)!;
        if (System.IO.File.Exists(target))
        {
            return IsReadOnly(target) ? $"{path} is read-only." : Folder(folder);
        }

        return !string.Equals(target, path, StringComparison.Ordinal) && !Directory.Exists(folder) ? $"{path} is a link to {target}, whose folder does not exist." : Folder(folder);
    }

    /// <summary>Checks a folder that must exist and be writable: the nearest existing parent must allow it.</summary>
    public static string? Folder(string path)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at))
            {
                return OperatingSystem.IsWindows() || Posix.MayWrite(at) ? null : $"{at} is a folder without write permission.";
            }

            if (System.IO.File.Exists(at) || new FileInfo(at).LinkTarget is not null)
            {
                return $"{at} is a file, or a link to nowhere, where a folder belongs.";
            }
        }

        return $"There is no folder to make {path} in.";
    }

    /// <summary>Best effort: null if the free space is unknown.</summary>
    public static string? Space(string path, long bytes)
    {
        try
        {
            var at = path;
            while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } above)
            {
                at = above;
            }

            return new DriveInfo(at).AvailableFreeSpace < bytes ? $"There is not enough space on the disk of {path}: {(bytes >> 20) + 1} MiB are needed." : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The file that a path leads to, following links.</summary>
    public static string Target(string path) =>
        new FileInfo(path).LinkTarget is null ? path : System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static bool IsReadOnly(string path) => OperatingSystem.IsWindows()
        ? System.IO.File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly)
        : !Posix.MayWrite(path) || (System.IO.File.GetUnixFileMode(path) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == UnixFileMode.None;
}
