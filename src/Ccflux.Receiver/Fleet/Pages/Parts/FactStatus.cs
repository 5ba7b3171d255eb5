using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>The tone for a fact.</summary>
internal static class FactStatus
{
    public static Tone Tone(FactState state) => state switch
    {
        FactState.Good => Shell.Components.Tone.Good,
        FactState.Warning => Shell.Components.Tone.Warn,
        FactState.Bad => Shell.Components.Tone.Bad,
        FactState.Plain or FactState.Unseen => Shell.Components.Tone.None,
    };
}
