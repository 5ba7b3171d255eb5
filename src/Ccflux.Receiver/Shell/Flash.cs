using Ccflux.Receiver.Platform.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccflux.Receiver.Shell;

/// <summary>A message about a change, shown once on the page that follows it. It crosses the redirect in a cookie that lives for one minute.</summary>
public sealed record Flash(string Text, string Detail)
{
    private const string Cookie = "ccflux_flash";
    private const int MaxText = 300;
    private const int MaxCookie = 2000;

    public void Leave(HttpContext context) =>
        CookiesOf(context).Write(context, Cookie, Encode(Text) + "." + Encode(Detail), TimeSpan.FromMinutes(1));

    /// <summary>Takes the message that the previous page left, so that it is shown only once.</summary>
    public static Flash? Take(HttpContext context)
    {
        if (CookiesOf(context).Read(context.Request, Cookie, MaxCookie) is not { } value)
        {
            return null;
        }

        CookiesOf(context).Remove(context, Cookie);
        var parts = value.Split('.');
        return parts.Length == 2 && Decode(parts[0]) is { } text && Decode(parts[1]) is { } detail ? new Flash(text, detail) : null;
    }

    private static string Encode(string text) =>
        WebEncoders.Base64UrlEncode(System.Text.Encoding.UTF8.GetBytes(text.Length > MaxText ? text[..MaxText] : text));

    private static string? Decode(string part)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(part));
        }
        catch (FormatException)
        {
            return null; // Ignore a cookie that is not ours.
        }
    }

    private static BrowserCookies CookiesOf(HttpContext context) => context.RequestServices.GetRequiredService<BrowserCookies>();
}
