using System.Text;
using System.Text.Json.Nodes;

namespace Ccflux.Hook.Install;

/// <summary>Our variables in the <c>env</c> block of the client's settings.json. They are known by hashes of their values, so that what the user set since is not
/// taken for ours.</summary>
internal static class SettingsEnv
{
    public static void Add(JsonObject root, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Count == 0)
        {
            return;
        }

        if (root["env"] is not JsonObject env)
        {
            root["env"] = env = [];
        }

        foreach (var (name, value) in variables)
        {
            env[name] = value;
        }
    }

    /// <summary>Takes out what is still ours, and puts back what stood there before.</summary>
    public static void Remove(JsonObject root, IReadOnlyDictionary<string, string> hashes, JsonObject? before)
    {
        if (root["env"] is not JsonObject env)
        {
            return;
        }

        foreach (var (name, hash) in hashes)
        {
            if (env[name] is not JsonValue value || !string.Equals(HashOf(value.ToString()), hash, StringComparison.Ordinal))
            {
                continue;
            }

            if ((before?["env"] as JsonObject)?[name] is { } earlier)
            {
                env[name] = earlier.DeepClone();
            }
            else
            {
                env.Remove(name);
            }
        }

        if (env.Count == 0 && hashes.Count > 0)
        {
            root.Remove("env");
        }
    }

    public static string HashOf(string value) => InstallRecord.Hash(Encoding.UTF8.GetBytes(value));
}
