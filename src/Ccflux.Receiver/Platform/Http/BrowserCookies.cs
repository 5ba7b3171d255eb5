using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// The cookies of the pages: HttpOnly, SameSite=Strict, and Secure with the prefix <c>__Host-</c> if the browser uses HTTPS. Only this host can set
/// the prefixed name, and only over HTTPS, so a cookie that someone planted over plain HTTP is never read there.
/// </summary>
internal sealed class BrowserCookies(HttpOptions http, AdminOptions admin)
{
    private const string Prefix = "__Host-";

    private readonly Uri? _secureBase = http.BaseUrl is { } address && new Uri(address) is { Scheme: "https" } uri ? uri : null;

    /// <summary>The cookie's value on this request; null if there is none, or it is longer than <paramref name="maxLength"/>.</summary>
    public string? Read(HttpRequest request, string name, int maxLength) =>
        request.Cookies[NameOf(request, name)] is { Length: > 0 } value && value.Length <= maxLength ? value : null;

    public void Write(HttpContext context, string name, string value, TimeSpan lifetime) =>
        context.Response.Cookies.Append(NameOf(context.Request, name), value, Options(context.Request, lifetime));

    public void Remove(HttpContext context, string name) =>
        context.Response.Cookies.Delete(NameOf(context.Request, name), Options(context.Request, null));

    /// <summary>The value of COOKIE_SECURE. If unset: whether the request used HTTPS, to this process, to a trusted proxy, or to an https BASE_URL by its
    /// name, which a proxy that is not in TRUSTED_PROXIES passes on too.</summary>
    public bool IsSecure(HttpRequest request) =>
        admin.CookieSecure
        ?? (request.IsHttps || (_secureBase is not null && string.Equals(request.Host.Value, _secureBase.Authority, StringComparison.OrdinalIgnoreCase)));

    private string NameOf(HttpRequest request, string name) => IsSecure(request) ? Prefix + name : name;

    private CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsSecure(request),
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
