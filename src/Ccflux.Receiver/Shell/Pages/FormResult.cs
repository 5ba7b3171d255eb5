namespace Ccflux.Receiver.Shell.Pages;

/// <summary>Returns a form as the response to a request.</summary>
internal static class FormResult
{
    /// <param name="capability">The page's entry in the navigation.</param>
    /// <param name="back">The URL of "Cancel".</param>
    /// <param name="fault">What is wrong with the submitted values; null if nothing is.</param>
    public static IResult Of(HttpContext context, PageFrames frames, string capability, string back, FormDefinition form, string? fault)
    {
        if (fault is not null)
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return Page.Of<FormPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(FormPage.Frame)] = frames.For(context, form.Title, capability),
            [nameof(FormPage.Form)] = form,
            [nameof(FormPage.Fault)] = fault,
            [nameof(FormPage.Back)] = back,
        });
    }
}
