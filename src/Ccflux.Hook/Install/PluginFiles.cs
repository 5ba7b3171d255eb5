using System.Reflection;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>The plugin on disk: a directory marketplace of its own below <c>&lt;config dir&gt;/ccflux/</c>, and the copy in the client's cache. The text files
/// travel inside this program, and the program itself is the plugin's binary.</summary>
internal sealed class PluginFiles(StateDirectory state)
{
    public const string Marketplace = "ccflux";
    public const string Plugin = "ccflux";
    public const string Id = $"{Plugin}@{Marketplace}";
    private const string Prefix = "plugin/";

    public static string Version => ClientVersion.Text;

    /// <summary>What the client is told to be the marketplace.</summary>
    public string MarketplacePath { get; } = Path.Combine(state.Root, "marketplace");

    /// <summary>Where the client keeps its copy of an installed plugin.</summary>
    public string CachePath { get; } = Path.Combine(state.ConfigDir, "plugins", "cache", Marketplace, Plugin, Version);

    private static string BinaryName => OperatingSystem.IsWindows() ? "ccflux.exe" : "ccflux";

    public string BinaryPath => Path.Combine(MarketplacePath, "plugin", "bin", BinaryName);

    /// <summary>Writes both copies. A binary that is running keeps its file: the new one takes its name.</summary>
    public void Write()
    {
        WriteResource("marketplace.json", Path.Combine(MarketplacePath, ".claude-plugin", "marketplace.json"));
        foreach (var folder in new[] { Path.Combine(MarketplacePath, "plugin"), CachePath })
        {
            foreach (var name in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
            {
                WriteResource(name, Path.Combine(folder, name[Prefix.Length..]));
            }

            if (OperatingSystem.IsWindows())
            {
                WriteResource("plugin/hooks/hooks.windows.json", Path.Combine(folder, "hooks", "hooks.json"));
            }

            CopyProgram(Path.Combine(folder, "bin", BinaryName));
        }
    }

    public void Delete()
    {
        foreach (var folder in new[] { MarketplacePath, Path.Combine(state.ConfigDir, "plugins", "cache", Marketplace) })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        // Folders that the client had not made before; it makes them again when it needs them.
        foreach (var folder in new[] { Path.Combine(state.ConfigDir, "plugins", "cache"), Path.Combine(state.ConfigDir, "plugins") })
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private static void WriteResource(string name, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"This program was built without {name}.");
        using var file = File.Create(path);
        resource.CopyTo(file);
    }

    private static void CopyProgram(string path)
    {
        var program = Environment.ProcessPath!;
        if (string.Equals(Path.GetFullPath(program), Path.GetFullPath(path), StringComparison.Ordinal))
        {
            return; // installed from where it is installed
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(program, path + ".new", overwrite: true);
        File.Move(path + ".new", path, overwrite: true);
    }
}
