using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>One of Claude Code's own JSON files, with what ccflux adds to it and removes again. Everything else in it stays as it is,
/// byte for byte.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Add">Adds our entries.</param>
/// <param name="Remove">Removes our entries; receives the file's content from before us, if it is known.</param>
internal sealed record ClientFile(string Path, Action<JsonText> Add, Action<JsonText, JsonText?> Remove)
{
    /// <summary>The three files that make our plugins known, installed and enabled; their shapes are those that the client itself writes.</summary>
    public static IReadOnlyList<ClientFile> All(StateDirectory state, PluginFiles files, OptionalSettings optional, InstallRecord? earlier, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var plugins = System.IO.Path.Combine(state.ConfigDir, "plugins");
        return
        [
            new ClientFile(
                System.IO.Path.Combine(plugins, "known_marketplaces.json"),
                root => root.Set([PluginFiles.Marketplace], new JsonObject
                {
                    ["source"] = Source(files),
                    ["installLocation"] = files.MarketplacePath,
                    ["lastUpdated"] = stamp,
                }),
                (root, _) => root.Remove(PluginFiles.Marketplace)),
            new ClientFile(
                System.IO.Path.Combine(plugins, "installed_plugins.json"),
                root =>
                {
                    if (!root.Has("version"))
                    {
                        root.Set(["version"], 2);
                    }

                    RemoveOurs(root, "plugins");
                    foreach (var plugin in files.Plugins)
                    {
                        root.Set(["plugins", plugin.Id], new JsonArray(new JsonObject
                        {
                            ["scope"] = "user",
                            ["installPath"] = files.CachePath(plugin),
                            ["version"] = PluginFiles.Version,
                            ["installedAt"] = stamp,
                            ["lastUpdated"] = stamp,
                        }));
                    }
                },
                (root, _) => RemoveOurs(root, "plugins")),
            new ClientFile(
                System.IO.Path.Combine(state.ConfigDir, "settings.json"),
                root =>
                {
                    RemoveOurs(root, "enabledPlugins");
                    foreach (var plugin in files.Plugins)
                    {
                        root.Set(["enabledPlugins", plugin.Id], true);
                    }

                    root.Set(["extraKnownMarketplaces", PluginFiles.Marketplace], new JsonObject { ["source"] = Source(files) });
                    SettingsEnv.Add(root, optional.Telemetry);
                    if (optional.StatusLine)
                    {
                        StatusLineSetting.Add(root, files.BinaryPath);
                    }
                },
                (root, before) =>
                {
                    RemoveOurs(root, "enabledPlugins");
                    root.Remove("extraKnownMarketplaces", PluginFiles.Marketplace);
                    RemoveEmpty(root, "enabledPlugins");
                    RemoveEmpty(root, "extraKnownMarketplaces");
                    SettingsEnv.Remove(root, earlier?.Env ?? OptionalSettings.None.Telemetry, before);
                    StatusLineSetting.Remove(root, files.BinaryPath);
                }),
        ];
    }

    /// <exception cref="JsonException">The text is not a JSON object: then none of it may be touched.</exception>
    public byte[] With(byte[]? current)
    {
        var root = JsonText.Parse(current);
        Add(root);
        return root.ToBytes();
    }

    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public byte[] Without(byte[]? current, byte[]? before)
    {
        var root = JsonText.Parse(current);
        Remove(root, before is null ? null : JsonText.Parse(before));
        return root.ToBytes();
    }

    private static JsonObject Source(PluginFiles files) => new() { ["source"] = "directory", ["path"] = files.MarketplacePath };

    /// <summary>Removes our plugin under any marketplace's name: an installation of ccflux 0.1 is replaced, because two of them would report twice.</summary>
    private static void RemoveOurs(JsonText root, string section)
    {
        foreach (var name in root.Names(section).Where(name => Plugin.All.Any(plugin => name.StartsWith(plugin.Name + "@", StringComparison.Ordinal))))
        {
            root.Remove(section, name);
        }
    }

    private static void RemoveEmpty(JsonText root, string name)
    {
        if (root.IsObject(name) && root.Names(name).Count == 0)
        {
            root.Remove(name);
        }
    }
}
