namespace Ccflux.Receiver.Shell.Pages;

/// <summary>Asks an admin to confirm a change.</summary>
internal static class ConfirmResult
{
    /// <param name="capability">The page's entry in the navigation.</param>
    /// <param name="question">What will be done.</param>
    /// <param name="fault">Why it could not be done; null if it was not tried yet.</param>
    /// <param name="back">The URL to return to.</param>
    public static IResult Of(HttpContext context, PageFrames frames, string capability, Question question, string? fault, string back) =>
        Page.Of<ConfirmPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ConfirmPage.Frame)] = frames.For(context, question.Title, capability),
            [nameof(ConfirmPage.Question)] = question,
            [nameof(ConfirmPage.Fault)] = fault,
            [nameof(ConfirmPage.Back)] = back,
        });
}
