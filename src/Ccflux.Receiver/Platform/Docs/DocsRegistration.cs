using Ccflux.Receiver.Platform.Auth;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>Registers and maps the API's documentation: the OpenAPI document at <c>/docs/v1.json</c> and Swagger UI at <c>/docs</c>. Both need <see cref="Permission.DocsRead"/>.</summary>
internal static class DocsRegistration
{
    public const string DocumentPath = "/docs/v1.json";

    private const string Scheme = "token";

    public static void AddDocs(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        // The pinned version of Swagger UI supports nothing newer.
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ccflux",
                Version = "v1",
                Description = "What the pages show, as JSON and CSV. Programs send Authorization: Bearer with ADMIN_TOKEN or VIEWER_TOKEN. Times are UTC.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "ADMIN_TOKEN or VIEWER_TOKEN" };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
    });

    public static void MapDocs(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi("/docs/{documentName}.json").RequirePermission(Permission.DocsRead);
        var pages = endpoints.MapGroup("/docs").RequirePermission(Permission.DocsRead).ExcludeFromDescription();
        pages.MapGet("", (HttpContext context) => context.Request.Path.Value!.EndsWith('/') ? SwaggerPage.Index(context) : Results.LocalRedirect("/docs/"));
        pages.MapGet("start.js", SwaggerPage.Start);
        pages.MapGet("swagger-ui-bundle.js", () => SwaggerPage.Asset("swagger-ui-bundle.js", "text/javascript; charset=utf-8"));
        pages.MapGet("swagger-ui.css", () => SwaggerPage.Asset("swagger-ui.css", "text/css; charset=utf-8"));
    }
}
