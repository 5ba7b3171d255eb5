using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>
/// Requires the session's antiforgery token on every request that changes something and carries a session cookie, whichever endpoint it is for:
/// a form on another site cannot know the token.
/// </summary>
internal sealed class AntiforgeryCheck(RequestDelegate next, BrowserAnswers answers)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var isSafe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        if (isSafe || AdminSession.Of(context) is not { Antiforgery.Length: > 0 } session || IsSignIn(context) || await CarriesTokenAsync(context, session))
        {
            await next(context);
            return;
        }

        await answers.WriteAsync(context, Refusals.FormExpired);
    }

    /// <summary>Sign-in asks for a token itself, and its page is rendered before there is a session.</summary>
    private static bool IsSignIn(HttpContext context) => context.Request.Path.Equals(SignInEndpoint.Path, StringComparison.OrdinalIgnoreCase);

    private static async Task<bool> CarriesTokenAsync(HttpContext context, AdminSession session)
    {
        var request = context.Request;
        if (!SameOrigin.Allows(request))
        {
            return false;
        }

        var sent = request.Headers[AdminSession.AntiforgeryHeader].ToString();
        if (sent.Length == 0 && request.HasFormContentType)
        {
            var form = await request.ReadFormSafelyAsync();
            sent = form[AdminSession.AntiforgeryField].ToString();
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(session.Antiforgery));
    }
}
