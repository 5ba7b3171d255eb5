namespace Ccflux.Receiver.Platform.Http;

/// <summary>303: the form was accepted; the browser loads the given page. A reload then repeats that load and not the form.</summary>
internal sealed class SeeOther(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = Ascii(path);
        return Task.CompletedTask;
    }

    /// <summary>A header may contain ASCII only: other characters are escaped, and existing escapes are kept.</summary>
    private static string Ascii(string path) =>
        System.Text.Ascii.IsValid(path) ? path : string.Concat(path.EnumerateRunes().Select(rune => rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
}
