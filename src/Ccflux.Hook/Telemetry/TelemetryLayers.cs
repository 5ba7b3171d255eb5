using System.Text.Json;
using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Telemetry;

/// <summary>A source that sets variables for the client.</summary>
internal sealed record TelemetryLayer(string Name, IReadOnlyDictionary<string, string> Variables);

/// <summary>The sources, highest precedence first: the organisation's managed settings, the user's settings.json, the environment. Settings of individual projects are
/// not considered: which project that would be is not known here.</summary>
internal static class TelemetryLayers
{
    public static IReadOnlyList<TelemetryLayer> Of(StateDirectory state) => Of(ManagedSettings.Folder(), Path.Combine(state.ConfigDir, "settings.json"), Environment.GetEnvironmentVariable);

    public static IReadOnlyList<TelemetryLayer> Of(string managedFolder, string settings, Func<string, string?> environment)
    {
        var layers = new List<TelemetryLayer>();
        foreach (var path in ManagedSettings.Files(managedFolder))
        {
            layers.Add(new TelemetryLayer("managed settings", Env(path)));
        }

        layers.Add(new TelemetryLayer("settings.json", Env(settings)));
        layers.Add(new TelemetryLayer("environment", TelemetryVariables.All
            .Select(name => (Name: name, Value: environment(name)))
            .Where(pair => pair.Value is { Length: > 0 })
            .ToDictionary(pair => pair.Name, pair => pair.Value!, StringComparer.Ordinal)));
        return layers;
    }

    /// <summary>The <c>env</c> block; empty if the client could not read the file either.</summary>
    private static Dictionary<string, string> Env(string path)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            if (AtomicFile.Read(path) is { } json)
            {
                var settings = JsonText.Parse(json);
                foreach (var name in TelemetryVariables.All)
                {
                    if (settings.Text("env", name) is { } value)
                    {
                        variables[name] = value;
                    }
                }
            }
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            variables.Clear();
        }

        return variables;
    }
}
