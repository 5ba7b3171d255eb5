using Ccflux.Receiver.Fleet.Pages.Parts;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>How the fleet's forms answer.</summary>
internal static class FleetFormResults
{
    /// <summary>The form, with what is wrong where something is.</summary>
    public static IResult Ask(HttpContext context, PageFrames frames, FormDefinition form, string? fault) =>
        FormResult.Of(context, frames, FleetPagesEndpoint.Capability, FleetLinks.Home, form, fault);

    public static SeeOther Done(HttpContext context, string text, string detail, string panel)
    {
        new Flash(text, detail).Leave(context);
        return new SeeOther($"{FleetLinks.Home}#{panel}");
    }

    /// <summary>Zero, which is nobody's id, where it is no number.</summary>
    public static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
