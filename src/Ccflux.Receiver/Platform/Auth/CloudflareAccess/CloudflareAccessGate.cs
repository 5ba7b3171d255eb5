using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>
/// A second check in addition to sign-in: with CF_ACCESS_TEAM and CF_ACCESS_AUD, everything that requires sign-in, and sign-in itself, also requires the
/// token of Cloudflare Access, from any caller and any network, so that the IP address behind the tunnel is no way around it. Public endpoints stay public,
/// but nobody counts as signed in there without that token. Endpoints that check their own tokens (ingest) are not affected.
/// </summary>
internal sealed partial class CloudflareAccessGate(RequestDelegate next, CloudflareAccessTokens tokens, CloudflareAccessCounters counters, BrowserAnswers answers, ILogger<CloudflareAccessGate> logger)
{
    private const string Header = "Cf-Access-Jwt-Assertion";

    public async Task InvokeAsync(HttpContext context)
    {
        var isOpen = IsOpen(context);
        if (isOpen && !CarriesCredentials(context))
        {
            await next(context);
            return;
        }

        var verdict = await tokens.VerifyAsync(context.Request.Headers[Header], context.RequestAborted);
        counters.Note(verdict);
        if (verdict == CloudflareAccessVerdict.Valid)
        {
            await next(context);
            return;
        }

        if (isOpen)
        {
            context.Request.Headers.Cookie = default;
            context.Request.Headers.Authorization = default;
            await next(context);
            return;
        }

        Log.Refused(logger, verdict, RequestLimits.AddressOf(context));
        await answers.WriteAsync(context, verdict == CloudflareAccessVerdict.Unverifiable
            ? Refusals.CloudflareKeysMissing
            : Refusals.NotThroughCloudflare(Words(verdict)));
    }

    private static bool IsOpen(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null && !context.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase);

    private static bool CarriesCredentials(HttpContext context) =>
        !SelfAuthenticated.AreTakenBy(context.GetEndpoint()) && (context.Request.Headers.Cookie.Count > 0 || context.Request.Headers.Authorization.Count > 0);

    private static string Words(CloudflareAccessVerdict verdict) => verdict switch
    {
        CloudflareAccessVerdict.Valid => "valid",
        CloudflareAccessVerdict.Missing => "no token on the request",
        CloudflareAccessVerdict.Malformed => "malformed token",
        CloudflareAccessVerdict.UnknownKey => "token signed with an unknown key",
        CloudflareAccessVerdict.Forged => "invalid token signature",
        CloudflareAccessVerdict.Expired => "the token has expired",
        CloudflareAccessVerdict.NotYet => "the token is not valid yet",
        CloudflareAccessVerdict.WrongAudience => "token for another application",
        CloudflareAccessVerdict.WrongIssuer => "token from another team",
        CloudflareAccessVerdict.Unverifiable => "the token cannot be verified right now",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Cloudflare Access: a request from {Address} was refused: {Verdict}.")]
        public static partial void Refused(ILogger logger, CloudflareAccessVerdict verdict, string address);
    }
}
