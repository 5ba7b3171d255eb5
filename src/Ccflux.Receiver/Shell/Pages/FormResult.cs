namespace Ccflux.Receiver.Shell.Pages;

/// <summary>A form as the answer to a request.</summary>
internal static class FormResult
{
    /// <param name="capability">Where the page stands in the navigation.</param>
    /// <param name="back">Where leaving it leads.</param>
    /// <param name="fault">What is wrong with what was sent; null where nothing is.</param>
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
