namespace Ccflux.Hook.Spool;

/// <summary>Parses <c>CLAUDE_CONFIG_DIR</c> and <c>--config-dir</c>, in every command: <c>~</c> stands for the home folder, a relative path starts at
/// the working folder, and commas separate several folders unless the whole value names an existing one.</summary>
internal static class ConfigDirNames
{
    public const string Variable = "CLAUDE_CONFIG_DIR";

    public static string? FromEnvironment => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;

    /// <returns>Full paths, each once, at least one. They may not exist.</returns>
    public static IReadOnlyList<string> Read(string value)
    {
        var whole = Full(value);
        if (!value.Contains(',', StringComparison.Ordinal) || Directory.Exists(whole))
        {
            return [whole];
        }

        var several = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Full).Distinct(StringComparer.Ordinal).ToArray();
        return several.Length > 0 ? several : [whole];
    }

    /// <summary>Expands a <c>~</c> or <c>~/…</c> that no shell expanded; returns other paths unchanged.</summary>
    public static string ExpandHome(string path) =>
        path is "~" ? StateDirectory.Home()
        : path.StartsWith("~/", StringComparison.Ordinal) || (OperatingSystem.IsWindows() && path.StartsWith("~\\", StringComparison.Ordinal)) ? Path.Combine(StateDirectory.Home(), path[2..])
        : path;

    private static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(ExpandHome(path)));
}
