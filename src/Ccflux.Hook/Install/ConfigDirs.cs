using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>Finds Claude Code's config dirs: <c>CLAUDE_CONFIG_DIR</c>, <c>~/.claude</c> and its siblings <c>~/.claude-…</c>.</summary>
internal static class ConfigDirs
{
    public static IReadOnlyList<string> Find()
    {
        if (Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR") is { Length: > 0 } configured && Path.IsPathRooted(configured))
        {
            return [configured];
        }

        var home = StateDirectory.Home();
        var found = Directory.Exists(home)
            ? Directory.EnumerateDirectories(home, ".claude*").Where(dir => Path.GetFileName(dir) is ".claude" || Path.GetFileName(dir).StartsWith(".claude-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray()
            : [];
        return found.Length > 0 ? found : [Path.Combine(home, ".claude")];
    }
}
