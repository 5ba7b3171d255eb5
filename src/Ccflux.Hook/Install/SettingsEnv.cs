using System.Text;

namespace Ccflux.Hook.Install;

/// <summary>Our variables in the <c>env</c> block of the client's settings.json. They are recognised by hashes of their values, so that values which the user has set since are not
/// mistaken for ours.</summary>
internal static class SettingsEnv
{
    private const string Env = "env";

    public static void Add(JsonText root, IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            root.Set([Env, name], value);
        }
    }

    /// <summary>Removes the values that are still ours, and restores the previous ones.</summary>
    public static void Remove(JsonText root, IReadOnlyDictionary<string, string> hashes, JsonText? before)
    {
        foreach (var (name, hash) in hashes)
        {
            if (root.Text(Env, name) is not { } value || !string.Equals(HashOf(value), hash, StringComparison.Ordinal))
            {
                continue;
            }

            if (before?.Node(Env, name) is { } earlier)
            {
                root.Set([Env, name], earlier);
            }
            else
            {
                root.Remove(Env, name);
            }
        }

        if (hashes.Count > 0 && root.IsObject(Env) && root.Names(Env).Count == 0)
        {
            root.Remove(Env);
        }
    }

    public static string HashOf(string value) => InstallRecord.Hash(Encoding.UTF8.GetBytes(value));
}
