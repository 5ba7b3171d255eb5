namespace Ccflux.Hook.Install;

/// <summary>Where an organisation's administrators set Claude Code's settings for all users of a machine.</summary>
internal static class ManagedSettings
{
    private const int MaxFiles = 64;

    public static string Folder() =>
        OperatingSystem.IsMacOS() ? "/Library/Application Support/ClaudeCode"
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "ClaudeCode")
        : "/etc/claude-code";

    /// <summary>Highest precedence first: the last drop-in file by name wins, and each drop-in file wins over the main file.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        var dropIns = Path.Combine(folder, "managed-settings.d");
        var files = Directory.Exists(dropIns) ? Directory.EnumerateFiles(dropIns, "*.json").OrderDescending(StringComparer.Ordinal).Take(MaxFiles) : [];
        return files.Append(Path.Combine(folder, "managed-settings.json"));
    }
}
