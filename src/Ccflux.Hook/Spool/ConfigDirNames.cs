namespace Ccflux.Hook.Spool;

/// <summary>How <c>CLAUDE_CONFIG_DIR</c> and <c>--config-dir</c> are read, in every command: <c>~</c> stands for the home folder, a relative path begins at
/// the working folder, and commas part several folders where the whole names none that is there.</summary>
internal static class ConfigDirNames
{
    public const string Variable = "CLAUDE_CONFIG_DIR";

    public static string? FromEnvironment => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;

    /// <returns>Full paths, each once, at least one. Whether they are there is not said.</returns>
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

    /// <summary>The path of a <c>~</c> or <c>~/…</c> that no shell expanded; others as they are.</summary>
    public static string ExpandHome(string path) =>
        path is "~" ? StateDirectory.Home()
        : path.StartsWith("~/", StringComparison.Ordinal) || (OperatingSystem.IsWindows() && path.StartsWith("~\\", StringComparison.Ordinal)) ? Path.Combine(StateDirectory.Home(), path[2..])
        : path;

    private static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(ExpandHome(path)));
}
