namespace Ccflux.Receiver.Platform.Http;

/// <summary>Sends a refusal to people as a page and to programs as problem details.</summary>
internal sealed class BrowserAnswers(IBrowserPages pages)
{
    public static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public PageRefusal Refuse(Refusal refusal) => new(this, refusal);

    public Task WriteAsync(HttpContext context, Refusal refusal)
    {
        if (!WantsPage(context.Request))
        {
            return refusal.ExecuteAsync(context);
        }

        refusal.WriteHead(context.Response);
        return pages.Problem(new ProblemView(refusal.Status, Titles.Of(refusal.Status), refusal.Detail)).ExecuteAsync(context);
    }
}

/// <summary>A refusal that people see as a page and programs as problem details.</summary>
internal sealed class PageRefusal(BrowserAnswers answers, Refusal refusal) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => answers.WriteAsync(httpContext, refusal);
}
