using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Shell.Docs;

/// <summary><c>GET /docs/NAME</c>: a page of the documentation, next to the API's own description and with the same access rights.</summary>
internal static class DocPagesEndpoint
{
    public static void MapDocPages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(DocPages.Path + "/{name}", Show).RequirePermission(Permission.DocsRead).ExcludeFromDescription();

    private static IResult Show(string name, HttpContext context, DocPages pages, PageFrames frames)
    {
        // Messages name the file, and people paste that name.
        if (pages.Find(name.EndsWith(DocPages.Extension, StringComparison.Ordinal) ? name[..^DocPages.Extension.Length] : name) is not { } page)
        {
            return Results.NotFound();
        }

        if (!string.Equals(page.Name, name, StringComparison.Ordinal))
        {
            return Results.LocalRedirect($"{DocPages.Path}/{page.Name}");
        }

        return Page.Of<DocumentPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(DocumentPage.Frame)] = frames.For(context, page.Title, ""),
            [nameof(DocumentPage.Document)] = page,
            [nameof(DocumentPage.All)] = pages.All,
        });
    }
}
