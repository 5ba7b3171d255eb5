using Ccflux.Receiver.Fleet.Pages.Parts;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>The answers of the fleet's forms.</summary>
internal static class FleetFormResults
{
    /// <summary>Shows the form, with what is wrong, if anything.</summary>
    public static IResult Ask(HttpContext context, PageFrames frames, FormDefinition form, string? fault) =>
        FormResult.Of(context, frames, FleetPagesEndpoint.Capability, FleetLinks.Home, form, fault);

    public static SeeOther Done(HttpContext context, string text, string detail, string panel)
    {
        new Flash(text, detail).Leave(context);
        return new SeeOther($"{FleetLinks.Home}#{panel}");
    }

    /// <summary>Parses an id; returns zero, which is never an id, if the text is not a number.</summary>
    public static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
