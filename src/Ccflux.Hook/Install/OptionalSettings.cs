namespace Ccflux.Hook.Install;

/// <summary>What an installation adds to settings.json in addition to the plugin, if the user wants it.</summary>
/// <param name="Telemetry">Variables that turn telemetry on; empty leaves them unchanged.</param>
/// <param name="StatusLine">Whether our status line is added; false leaves the current one unchanged.</param>
/// <param name="Fleet">Whether the plugin for machines of a fleet is added; false leaves it unchanged.</param>
internal sealed record OptionalSettings(IReadOnlyDictionary<string, string> Telemetry, bool StatusLine, bool Fleet = false)
{
    public static OptionalSettings None { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal), StatusLine: false);

    /// <summary>Hides the variables: one of them is a secret.</summary>
    public override string ToString() => $"OptionalSettings {{ StatusLine = {StatusLine} }}";
}
