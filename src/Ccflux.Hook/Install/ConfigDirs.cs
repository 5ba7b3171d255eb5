using System.Text.Json;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>Finds Claude Code's config directories: those named by <c>CLAUDE_CONFIG_DIR</c>, else <c>~/.claude</c> and those of its siblings <c>~/.claude-…</c> that the client
/// has used. Other programs' folders have such names too, and so do copies made by users.</summary>
internal static class ConfigDirs
{
    private const int MaxSettings = 4 * 1024 * 1024;

    /// <summary>Members of settings.json that only the client uses.</summary>
    private static readonly string[] s_settings = ["permissions", "hooks", "enabledPlugins", "extraKnownMarketplaces", "statusLine"];

    private static readonly string[] s_copies = ["backup", "backups", "bak", "old", "copy", "orig", "archive", "save", "saved"];

    public static string Default => Path.Combine(StateDirectory.Home(), ".claude");

    /// <summary>Where to install: the folders, plus those that look like the client's but are named like a copy and are skipped.</summary>
    public static (IReadOnlyList<string> Found, IReadOnlyList<string> Copies) ToInstall()
    {
        if (ConfigDirNames.FromEnvironment is { } configured)
        {
            return (ConfigDirNames.Read(configured), []);
        }

        var copies = new List<string>();
        var found = new List<string> { Default };
        var real = new HashSet<string>(StringComparer.Ordinal) { Real(Default) };
        foreach (var dir in Siblings().Where(IsUsed))
        {
            if (IsCopy(dir))
            {
                copies.Add(dir);
            }
            else if (real.Add(Real(dir)))
            {
                found.Add(dir);
            }
        }

        return (found, copies);
    }

    /// <summary>The folders in the home folder in which ccflux is installed, whatever they are; the default one if there are none.</summary>
    public static IReadOnlyList<string> Installed()
    {
        string[] found = [.. Siblings().Prepend(Default).Where(dir => new Installation(new StateDirectory(dir), TimeProvider.System).IsInstalled)];
        return found.Length > 0 ? found : [Default];
    }

    private static string[] Siblings()
    {
        var home = StateDirectory.Home();
        return Directory.Exists(home)
            ? [.. Directory.EnumerateDirectories(home, ".claude-*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Whether the client has used the folder.</summary>
    private static bool IsUsed(string dir) =>
        Directory.Exists(Path.Combine(dir, "projects"))
        || File.Exists(Path.Combine(dir, ".claude.json"))
        || File.Exists(Path.Combine(dir, ".credentials.json"))
        || HasClientSettings(Path.Combine(dir, "settings.json"));

    private static bool HasClientSettings(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxSettings })
            {
                return false;
            }

            var settings = JsonText.Parse(File.ReadAllBytes(path));
            return Array.Exists(s_settings, name => settings.IsObject(name)) || settings.Text("$schema")?.Contains("claude-code", StringComparison.Ordinal) == true;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary><c>.claude-backup-2025</c>, <c>.claude-work.bak</c>, <c>.claude-old</c>.</summary>
    private static bool IsCopy(string dir) =>
        Path.GetFileName(dir).Split('-', '.', '_').Any(part => s_copies.Contains(part.TrimEnd("0123456789".ToCharArray()), StringComparer.OrdinalIgnoreCase));

    private static string Real(string dir)
    {
        try
        {
            return new DirectoryInfo(dir).LinkTarget is null ? dir : Directory.ResolveLinkTarget(dir, returnFinalTarget: true)?.FullName ?? dir;
        }
        catch (IOException)
        {
            return dir; // a link that leads in a circle
        }
    }
}
