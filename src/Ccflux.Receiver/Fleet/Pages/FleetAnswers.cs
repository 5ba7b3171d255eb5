using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Forms;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>How the fleet's forms answer.</summary>
internal static class FleetAnswers
{
    /// <summary>The form, with what is wrong where something is.</summary>
    public static IResult Ask(HttpContext context, PageFrames frames, FormQuestion form, string? fault)
    {
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return Page.Of<FormPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(FormPage.Frame)] = frames.For(context, form.Do, FleetPagesEndpoint.Capability),
            [nameof(FormPage.Form)] = form,
            [nameof(FormPage.Fault)] = fault,
            [nameof(FormPage.Back)] = FleetLinks.Home,
        });
    }

    public static SeeOther Done(HttpContext context, string text, string detail, string panel)
    {
        new Flash(text, detail).Leave(context);
        return new SeeOther($"{FleetLinks.Home}#{panel}");
    }

    public static async Task<IFormCollection> FormAsync(HttpContext context) =>
        context.Request.HasFormContentType ? await context.Request.ReadFormSafelyAsync() : FormCollection.Empty;

    /// <summary>Zero, which is nobody's id, where it is no number.</summary>
    public static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
