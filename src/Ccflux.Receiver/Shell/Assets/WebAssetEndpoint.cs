using Microsoft.Net.Http.Headers;

namespace Ccflux.Receiver.Shell.Assets;

/// <summary><c>GET /assets/NAME</c>: browsers cache it forever if requested by version, and otherwise check it by hash. Public, because it is the same for everyone.</summary>
internal static class WebAssetEndpoint
{
    public static void MapWebAssets(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(WebAssets.Path + "/{name}", (string name, HttpContext context, WebAssets assets) => Serve(context, assets.Find(name)))
            .AllowAnonymous()
            .ExcludeFromDescription();
        endpoints.MapGet("/favicon.ico", (HttpContext context, WebAssets assets) => Serve(context, assets.Find(WebAssets.Favicon)))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static IResult Serve(HttpContext context, WebAsset? asset)
    {
        if (asset is null)
        {
            return Results.NotFound();
        }

        var headers = context.Response.Headers;
        var byVersion = string.Equals(context.Request.Query["v"], asset.Version, StringComparison.Ordinal);
        headers.CacheControl = byVersion ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        var packed = context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (packed)
        {
            headers.ContentEncoding = "gzip";
        }

        var tag = new EntityTagHeaderValue($"\"{asset.Version}{(packed ? "-gz" : "")}\"");
        return Results.Bytes(packed ? asset.Compressed : asset.Content, asset.ContentType, entityTag: tag);
    }
}
