using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Transcript;

/// <summary>Finds the folders of Claude Desktop's agent mode: it keeps a config directory for each of its sessions,
/// <c>Claude/local-agent-mode-sessions/ORG/ACCOUNT/local_ID/.claude</c>, where none of the user's hooks run.</summary>
internal static class DesktopFolders
{
    /// <summary>Folders above this number are ignored.</summary>
    private const int MaxFolders = 10_000;

    // Links are not followed.
    private static readonly EnumerationOptions s_plain = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The config directories that contain transcripts, sorted by path.</summary>
    public static IReadOnlyList<string> Find() => Find(Root());

    public static IReadOnlyList<string> Find(string root)
    {
        var sessions = new DirectoryInfo(root);
        return sessions.Exists
            ? [.. sessions.EnumerateDirectories("*", s_plain)
                .SelectMany(organisation => organisation.EnumerateDirectories("*", s_plain))
                .SelectMany(account => account.EnumerateDirectories("local_*", s_plain))
                .Take(MaxFolders)
                .Select(session => Path.Combine(session.FullName, ".claude"))
                .Where(dir => Directory.Exists(Path.Combine(dir, "projects")))
                .Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Where the application keeps its data.</summary>
    private static string Root()
    {
        var data = OperatingSystem.IsMacOS() ? Path.Combine(StateDirectory.Home(), "Library", "Application Support")
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
            : Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } configured ? configured
            : Path.Combine(StateDirectory.Home(), ".config");
        return Path.Combine(data, "Claude", "local-agent-mode-sessions");
    }
}
