using System.IO.Compression;
using System.Net;
using Ccflux.Receiver.Platform.Auth;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>
/// Serves Swagger UI with the package's script and style. The page is our own, because the package's page has inline script, which
/// the Content-Security-Policy does not allow; this one needs no exception.
/// </summary>
internal static class SwaggerPage
{
    private const string ResourcePrefix = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>API · ccflux</title>
        <meta name="antiforgery" content="{{ANTIFORGERY}}">
        <link rel="stylesheet" href="/docs/swagger-ui.css">
        </head>
        <body>
        <main id="api"></main>
        <noscript>This page needs JavaScript. The document itself is at <a href="/docs/v1.json">/docs/v1.json</a>.</noscript>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
        </body>
        </html>
        """;

    // With a session's cookie, changes require its antiforgery token. Nothing is fetched from elsewhere.
    private const string Script = $$"""
        SwaggerUIBundle({
          url: "/docs/v1.json",
          dom_id: "#api",
          validatorUrl: null,
          defaultModelsExpandDepth: 0,
          requestInterceptor: (request) => {
            request.headers["{{Principal.AntiforgeryHeader}}"] = document.querySelector("meta[name=antiforgery]").content;
            return request;
          },
        });
        """;

    public static IResult Index(HttpContext context) =>
        Results.Text(Html.Replace("{{ANTIFORGERY}}", WebUtility.HtmlEncode(Principal.Of(context).Antiforgery), StringComparison.Ordinal), "text/html; charset=utf-8");

    public static IResult Start() => Results.Text(Script, "text/javascript; charset=utf-8");

    /// <summary>The package contains its files compressed; the response's compression decides whether they are sent that way.</summary>
    public static IResult Asset(string name, string contentType) =>
        typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream(ResourcePrefix + name) is { } asset
            ? Results.Stream(new GZipStream(asset, CompressionMode.Decompress), contentType)
            : Results.NotFound();
}
