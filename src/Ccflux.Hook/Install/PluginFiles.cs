using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>The plugins on disk: our own directory marketplace below <c>&lt;config dir&gt;/ccflux/</c>, and the copies in the client's cache. The text files
/// are embedded in this program, and the program itself is the plugins' binary.</summary>
internal sealed class PluginFiles(StateDirectory state, IReadOnlyList<Plugin> plugins)
{
    public const string Marketplace = "ccflux";

    public static string Version => ClientVersion.Text;

    /// <summary>The path that the client uses as the marketplace.</summary>
    public string MarketplacePath { get; } = Path.Combine(state.Root, "marketplace");

    public IReadOnlyList<Plugin> Plugins => plugins;

    private static string BinaryName => OperatingSystem.IsWindows() ? "ccflux.exe" : "ccflux";

    public string BinaryPath => Path.Combine(MarketplacePath, "plugin", "bin", BinaryName);

    /// <summary>Whether a plugin was installed before.</summary>
    public static bool IsThere(StateDirectory state, Plugin plugin) => Directory.Exists(Path.Combine(state.Root, "marketplace", plugin.Folder));

    /// <summary>Where the client keeps its copies of our plugins.</summary>
    public string CacheRoot { get; } = Path.Combine(state.ConfigDir, "plugins", "cache", Marketplace);

    /// <summary>Where the client keeps its copy of an installed plugin.</summary>
    public string CachePath(Plugin plugin) => Path.Combine(CacheRoot, plugin.Name, Version);

    /// <summary>Bytes that <see cref="Write"/> may need, with old and new programs present at once, plus a reserve.</summary>
    public long Bytes => (2 * plugins.Count * new FileInfo(Environment.ProcessPath!).Length) + (1024 * 1024);

    /// <summary>Every file that <see cref="Write"/> writes except the programs, which are replaced.</summary>
    public IEnumerable<string> Paths() =>
    [
        Path.Combine(MarketplacePath, ".claude-plugin", "marketplace.json"),
        .. from plugin in plugins
           from folder in Folders(plugin)
           from name in Resources(plugin).Append("LICENSE")
           select Path.Combine(folder, name),
    ];

    /// <summary>The folders that programs are written to.</summary>
    public IEnumerable<string> ProgramFolders() => plugins.SelectMany(Folders).Select(folder => Path.Combine(folder, "bin"));

    /// <summary>Writes both copies of each plugin. A running binary keeps its file: the new one takes over its name.</summary>
    public void Write()
    {
        WriteMarketplace(Path.Combine(MarketplacePath, ".claude-plugin", "marketplace.json"));
        foreach (var plugin in plugins)
        {
            var prefix = plugin.Folder + "/";
            foreach (var folder in Folders(plugin))
            {
                foreach (var name in Resources(plugin))
                {
                    WriteResource(prefix + name, Path.Combine(folder, name));
                }

                if (OperatingSystem.IsWindows())
                {
                    WriteResource(prefix + "hooks/hooks.windows.json", Path.Combine(folder, "hooks", "hooks.json"));
                }

                WriteResource("LICENSE", Path.Combine(folder, "LICENSE"));
                CopyProgram(Path.Combine(folder, "bin", BinaryName));
            }
        }
    }

    public void Delete()
    {
        foreach (var folder in new[] { MarketplacePath, CacheRoot })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        // Folders that the client had not created before; it creates them again when it needs them.
        foreach (var folder in new[] { Path.Combine(state.ConfigDir, "plugins", "cache"), Path.Combine(state.ConfigDir, "plugins") })
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    /// <summary>Writes the marketplace file, which names exactly the plugins that exist.</summary>
    private void WriteMarketplace(string path)
    {
        using var resource = Resource("marketplace.json");
        var root = JsonNode.Parse(resource)!.AsObject();
        var listed = root["plugins"]!.AsArray();
        foreach (var plugin in listed.Where(plugin => !plugins.Any(ours => string.Equals(ours.Name, plugin!["name"]!.GetValue<string>(), StringComparison.Ordinal))).ToArray())
        {
            listed.Remove(plugin);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private IEnumerable<string> Folders(Plugin plugin) => [Path.Combine(MarketplacePath, plugin.Folder), CachePath(plugin)];

    /// <summary>The text files of a plugin, by their paths within it.</summary>
    private static IEnumerable<string> Resources(Plugin plugin) => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(plugin.Folder + "/", StringComparison.Ordinal))
        .Select(name => name[(plugin.Folder.Length + 1)..]);

    private static Stream Resource(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"This program was built without {name}.");

    private static void WriteResource(string name, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var resource = Resource(name);
        using var file = File.Create(path);
        resource.CopyTo(file);
    }

    private static void CopyProgram(string path)
    {
        var program = Environment.ProcessPath!;
        if (string.Equals(Path.GetFullPath(program), Path.GetFullPath(path), StringComparison.Ordinal))
        {
            return; // it runs from where it is to be installed
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(program, path + ".new", overwrite: true);
        File.Move(path + ".new", path, overwrite: true);
    }
}
