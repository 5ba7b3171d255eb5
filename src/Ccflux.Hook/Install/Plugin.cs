namespace Ccflux.Hook.Install;

/// <summary>One of our plugins.</summary>
/// <param name="Name">Name by which the client knows it.</param>
/// <param name="Folder">Folder in the marketplace, and in the names of this program's resources.</param>
internal sealed record Plugin(string Name, string Folder)
{
    public static Plugin Usage { get; } = new("ccflux", "plugin");

    /// <summary>For machines that belong to a fleet; installed only if the user wants it.</summary>
    public static Plugin Fleet { get; } = new("ccflux-fleet", "plugin-fleet");

    public static IReadOnlyList<Plugin> All { get; } = [Usage, Fleet];

    public string Id => $"{Name}@{PluginFiles.Marketplace}";
}
