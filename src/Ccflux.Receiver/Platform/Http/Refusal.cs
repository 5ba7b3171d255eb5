namespace Ccflux.Receiver.Platform.Http;

/// <summary>A refusal that people see as a page and programs as problem details.</summary>
internal sealed class Refusal(BrowserAnswers answers, int status, string code, string detail, TimeSpan? retryAfter = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => answers.WriteAsync(httpContext, status, code, detail, retryAfter);
}

/// <summary>303: the form was taken, go and look. A reload then repeats the look and not the form.</summary>
internal sealed class SeeOther(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = Ascii(path);
        return Task.CompletedTask;
    }

    /// <summary>A header holds ASCII only; what is beyond it is escaped, what is escaped already stays.</summary>
    private static string Ascii(string path) =>
        System.Text.Ascii.IsValid(path) ? path : string.Concat(path.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
}
