namespace Ccflux.Hook.Install;

/// <summary>What an installation puts into settings.json besides the plugin, where the user wants it.</summary>
/// <param name="Telemetry">Variables that switch telemetry on; empty leaves them as they are.</param>
/// <param name="StatusLine">Whether our status line is put in; false leaves it as it is.</param>
/// <param name="Fleet">Whether the plugin for machines of a fleet is put in; false leaves it as it is.</param>
internal sealed record OptionalSettings(IReadOnlyDictionary<string, string> Telemetry, bool StatusLine, bool Fleet = false)
{
    public static OptionalSettings None { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal), StatusLine: false);

    /// <summary>One of the variables is a secret.</summary>
    public override string ToString() => $"Extras {{ StatusLine = {StatusLine} }}";
}
