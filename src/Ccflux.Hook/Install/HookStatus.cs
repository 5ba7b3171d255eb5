using System.Text.Json;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Install;

/// <summary>Whether Claude Code will run our hooks on this machine, as far as its settings show. Settings of individual projects are not considered.</summary>
/// <param name="Run">False if none of our hooks will run, so that nothing is reported.</param>
/// <param name="Problems">Why not, or what may prevent it: one sentence each.</param>
internal sealed record HookStatus(bool Run, IReadOnlyList<string> Problems)
{
    public static HookStatus Read(StateDirectory state) => Read(ManagedSettings.Folder(), Path.Combine(state.ConfigDir, "settings.json"));

    /// <summary>The client runs a plugin's hooks unless managed settings turn all hooks off, or hooks are turned off (by the user, or by
    /// <c>allowManagedHooksOnly</c>) and no managed settings enable the plugin.</summary>
    public static HookStatus Read(string managedFolder, string settings)
    {
        var managed = ManagedSettings.Files(managedFolder).Select(Settings.Read).ToList();
        var user = Settings.Read(settings);
        if (managed.Exists(layer => layer.DisableAllHooks == true))
        {
            return new HookStatus(false, ["Managed settings turn all hooks off (disableAllHooks)."]);
        }

        var problems = new List<string>();
        var enabledByManaged = managed.Select(layer => layer.Enabled).FirstOrDefault(enabled => enabled is not null);
        if (enabledByManaged != true)
        {
            if (managed.Exists(layer => layer.ManagedHooksOnly == true))
            {
                problems.Add("Managed settings allow managed hooks only (allowManagedHooksOnly), and do not enable this plugin.");
            }

            if (user.DisableAllHooks == true)
            {
                problems.Add("settings.json turns all hooks off (disableAllHooks).");
            }
        }

        if (enabledByManaged == false)
        {
            problems.Add("Managed settings disable the plugin (enabledPlugins).");
        }
        else if (enabledByManaged is null && user.Enabled == false)
        {
            problems.Add("settings.json disables the plugin (enabledPlugins).");
        }
        else if (enabledByManaged is null && user.Enabled is null)
        {
            problems.Add("The plugin is not enabled in settings.json (enabledPlugins): run 'ccflux install'. Only sessions started with --plugin-dir are reported.");
        }

        return new HookStatus(problems.Count == 0, problems);
    }

    /// <summary>What one settings file says about hooks and our plugin; null if it says nothing.</summary>
    private sealed record Settings(bool? DisableAllHooks, bool? ManagedHooksOnly, bool? Enabled)
    {
        private static readonly Settings s_silent = new(null, null, null);

        public static Settings Read(string path)
        {
            try
            {
                if (AtomicFile.Read(path) is not { } json)
                {
                    return s_silent;
                }

                using var document = JsonDocument.Parse(json);
                var root = document.RootElement;
                return root.ValueKind is JsonValueKind.Object
                    ? new Settings(Flag(root, "disableAllHooks"), Flag(root, "allowManagedHooksOnly"), EnabledIn(root))
                    : s_silent;
            }
            catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
            {
                return s_silent; // the client cannot read it either
            }
        }

        private static bool? EnabledIn(JsonElement root)
        {
            // Of several members with one name, the last counts.
            var ours = new Dictionary<string, bool>(StringComparer.Ordinal);
            if (JsonMember.Find(root, "enabledPlugins") is { ValueKind: JsonValueKind.Object } plugins)
            {
                foreach (var plugin in plugins.EnumerateObject())
                {
                    // Under any marketplace's name.
                    if (JsonMember.NameOf(plugin) is { } name && name.StartsWith(Plugin.Usage.Name + "@", StringComparison.Ordinal))
                    {
                        ours[name] = plugin.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null);
                    }
                }
            }

            return ours.Count == 0 ? null : ours.ContainsValue(true);
        }

        private static bool? Flag(JsonElement root, string name) =>
            JsonMember.Find(root, name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.ValueKind is JsonValueKind.True : null;
    }
}
