using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Pages;

/// <summary>Renders the platform's pages: sign-in and errors.</summary>
internal sealed class BrowserPages : IBrowserPages
{
    public IResult SignIn(SignInView view) => new Answer<SignInPage>("Sign in", new(StringComparer.Ordinal)
    {
        [nameof(SignInPage.Next)] = view.Next,
        [nameof(SignInPage.Error)] = view.Error,
    });

    public IResult Problem(ProblemView view) => new Answer<ProblemPage>(view.Title, new(StringComparer.Ordinal)
    {
        [nameof(ProblemPage.Status)] = view.Status,
        [nameof(ProblemPage.Title)] = view.Title,
        [nameof(ProblemPage.Detail)] = view.Detail,
        [nameof(ProblemPage.Line)] = string.Equals(view.Detail, Refusals.NoAdminToken.Detail, StringComparison.Ordinal) ? "ADMIN_TOKEN=$(openssl rand -base64 32)" : null,
    });

    /// <summary>Creates the frame when the response is written: only then is the request known.</summary>
    private sealed class Answer<TComponent>(string title, Dictionary<string, object?> parameters) : IResult
        where TComponent : IComponent
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var frames = httpContext.RequestServices.GetRequiredService<PageFrames>();
            parameters[nameof(SignInPage.Frame)] = frames.For(httpContext, title, "");
            return Page.Of<TComponent>(httpContext, parameters).ExecuteAsync(httpContext);
        }
    }
}
