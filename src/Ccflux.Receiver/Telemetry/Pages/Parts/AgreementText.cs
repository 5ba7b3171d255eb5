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
}
