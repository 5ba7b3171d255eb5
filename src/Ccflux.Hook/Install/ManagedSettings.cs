namespace Ccflux.Hook.Install;

/// <summary>Where an organisation's administrators set Claude Code's settings for everybody on a machine.</summary>
internal static class ManagedSettings
{
    private const int MaxFiles = 64;

    public static string Folder() =>
        OperatingSystem.IsMacOS() ? "/Library/Application Support/ClaudeCode"
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "ClaudeCode")
        : "/etc/claude-code";

    /// <summary>Strongest first: of the drop-in files the last by name wins, and each wins over the main file.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        var dropIns = Path.Combine(folder, "managed-settings.d");
        var files = Directory.Exists(dropIns) ? Directory.EnumerateFiles(dropIns, "*.json").OrderDescending(StringComparer.Ordinal).Take(MaxFiles) : [];
        return files.Append(Path.Combine(folder, "managed-settings.json"));
    }
}
