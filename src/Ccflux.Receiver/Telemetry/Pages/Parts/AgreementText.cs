using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Describes how two accounts compare.</summary>
internal static class AgreementText
{
    public static Shell.Components.Tone Tone(Agreement agreement) => agreement switch
    {
        Agreement.Agree => Shell.Components.Tone.Good,
        Agreement.Differ => Shell.Components.Tone.Warn,
        Agreement.TelemetryOnly or Agreement.HookOnly => Shell.Components.Tone.None,
    };

    public static string Word(Agreement agreement) => agreement switch
    {
        Agreement.Agree => "Agrees",
        Agreement.Differ => "Differs",
        Agreement.TelemetryOnly => "Telemetry only",
        Agreement.HookOnly => "Hook only",
    };

    public static string MadeFor(RequestOrigin origin) => origin switch
    {
        RequestOrigin.Main => "The conversation",
        RequestOrigin.Subagent => "Subagents",
        RequestOrigin.Auxiliary => "Work in the background",
        RequestOrigin.Advisor => "Advice of another model",
        RequestOrigin.Compaction => "Compaction",
        RequestOrigin.WebSearch => "Web search",
        RequestOrigin.Legacy => "Turns of ccflux 0.1",
        RequestOrigin.Metrics => "Metrics (requests not known)",
        _ => "Not stated",
    };
}
