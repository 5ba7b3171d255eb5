namespace Ccflux.Receiver.Platform.Http;

/// <summary>Sends a refusal to people as a page and to programs as problem details.</summary>
internal sealed class BrowserAnswers(IBrowserPages pages)
{
    public const string NoAdminToken = "The pages and the API are off: set ADMIN_TOKEN and restart the receiver. Reports are still accepted.";

    public static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public Task WriteAsync(HttpContext context, int status, string code, string detail, TimeSpan? retryAfter = null)
    {
        if (!WantsPage(context.Request))
        {
            return new Problem(status, code, detail, retryAfter).ExecuteAsync(context);
        }

        Problem.WriteHead(context.Response, status, code, retryAfter);
        return pages.Problem(new ProblemView(status, Titles.Of(status), detail)).ExecuteAsync(context);
    }
}
