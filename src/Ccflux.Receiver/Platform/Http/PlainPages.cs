using System.Text.Encodings.Web;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Pages without any looks, for a receiver that has no Shell.</summary>
internal sealed class PlainPages : IBrowserPages
{
    public IResult SignIn(SignInView view) => Page(
        "Sign in",
        $"""
        <p>{HtmlEncoder.Default.Encode(view.Error ?? "")}</p>
        <form method="post" action="{SignInEndpoint.Path}">
        <input type="hidden" name="next" value="{HtmlEncoder.Default.Encode(view.Next)}">
        <label>Admin token <input type="password" name="token" autocomplete="current-password" required></label>
        <button>Sign in</button>
        </form>
        """);

    public IResult Problem(ProblemView view) => Page(view.Title, $"<p>{HtmlEncoder.Default.Encode(view.Detail)}</p>");

    private static Body Page(string title, string body) => new($"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>{HtmlEncoder.Default.Encode(title)} · ccflux</title></head>
        <body><h1>{HtmlEncoder.Default.Encode(title)}</h1>{body}</body></html>
        """);

    private sealed class Body(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            return httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
