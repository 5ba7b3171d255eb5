using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>One of Claude Code's own JSON files, and what ccflux puts into it and takes out again. Everything else in it stays as it is.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Add">Puts our entries in.</param>
/// <param name="Remove">Takes our entries out; told what the file was before us, where that is known.</param>
internal sealed record ClientFile(string Path, Action<JsonObject> Add, Action<JsonObject, JsonObject?> Remove)
{
    private static readonly JsonSerializerOptions s_asTheClientWrites = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The three files that make our plugins known, installed and enabled; their shapes are those that the client itself writes.</summary>
    public static IReadOnlyList<ClientFile> All(StateDirectory state, PluginFiles files, Extras extras, InstallRecord? earlier, DateTimeOffset now)
    {
        var stamp = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var plugins = System.IO.Path.Combine(state.ConfigDir, "plugins");
        return
        [
            new ClientFile(
                System.IO.Path.Combine(plugins, "known_marketplaces.json"),
                root => root[PluginFiles.Marketplace] = new JsonObject
                {
                    ["source"] = Source(files),
                    ["installLocation"] = files.MarketplacePath,
                    ["lastUpdated"] = stamp,
                },
                (root, _) => root.Remove(PluginFiles.Marketplace)),
            new ClientFile(
                System.IO.Path.Combine(plugins, "installed_plugins.json"),
                root =>
                {
                    root["version"] ??= 2;
                    var list = Section(root, "plugins");
                    RemoveOurs(list);
                    foreach (var plugin in files.Plugins)
                    {
                        list[plugin.Id] = new JsonArray(new JsonObject
                        {
                            ["scope"] = "user",
                            ["installPath"] = files.CachePath(plugin),
                            ["version"] = PluginFiles.Version,
                            ["installedAt"] = stamp,
                            ["lastUpdated"] = stamp,
                        });
                    }
                },
                (root, _) => RemoveOurs(root["plugins"] as JsonObject)),
            new ClientFile(
                System.IO.Path.Combine(state.ConfigDir, "settings.json"),
                root =>
                {
                    var enabled = Section(root, "enabledPlugins");
                    RemoveOurs(enabled);
                    foreach (var plugin in files.Plugins)
                    {
                        enabled[plugin.Id] = true;
                    }

                    Section(root, "extraKnownMarketplaces")[PluginFiles.Marketplace] = new JsonObject { ["source"] = Source(files) };
                    SettingsEnv.Add(root, extras.Telemetry);
                    if (extras.StatusLine)
                    {
                        StatusLineSetting.Add(root, files.BinaryPath);
                    }
                },
                (root, before) =>
                {
                    RemoveOurs(root["enabledPlugins"] as JsonObject);
                    (root["extraKnownMarketplaces"] as JsonObject)?.Remove(PluginFiles.Marketplace);
                    RemoveEmpty(root, "enabledPlugins");
                    RemoveEmpty(root, "extraKnownMarketplaces");
                    SettingsEnv.Remove(root, earlier?.Env ?? Extras.None.Telemetry, before);
                    StatusLineSetting.Remove(root, files.BinaryPath);
                }),
        ];
    }

    /// <exception cref="JsonException">The text is no JSON object: then nothing of it may be touched.</exception>
    public byte[] With(byte[]? current)
    {
        var root = Parse(current);
        Add(root);
        return Format(root);
    }

    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public byte[] Without(byte[]? current, byte[]? before)
    {
        var root = Parse(current);
        Remove(root, before is null ? null : Parse(before));
        return Format(root);
    }

    /// <summary>Whether two texts say the same, however they are laid out.</summary>
    public static bool SameJson(byte[]? left, byte[]? right) => JsonNode.DeepEquals(Parse(left), Parse(right));

    private static JsonObject Parse(byte[]? json) => json is null or []
        ? []
        : JsonNode.Parse(json) as JsonObject ?? throw new JsonException("not an object");

    private static byte[] Format(JsonObject root) => System.Text.Encoding.UTF8.GetBytes(root.ToJsonString(s_asTheClientWrites) + "\n");

    private static JsonObject Source(PluginFiles files) => new() { ["source"] = "directory", ["path"] = files.MarketplacePath };

    private static JsonObject Section(JsonObject root, string name)
    {
        if (root[name] is not JsonObject section)
        {
            root[name] = section = [];
        }

        return section;
    }

    /// <summary>Ours under any marketplace's name: ccflux 0.1's installation is replaced, for two of them would report twice.</summary>
    private static void RemoveOurs(JsonObject? section)
    {
        foreach (var key in section?.Select(pair => pair.Key).Where(key => Plugin.All.Any(plugin => key.StartsWith(plugin.Name + "@", StringComparison.Ordinal))).ToArray() ?? [])
        {
            section!.Remove(key);
        }
    }

    private static void RemoveEmpty(JsonObject root, string name)
    {
        if (root[name] is JsonObject { Count: 0 })
        {
            root.Remove(name);
        }
    }
}
