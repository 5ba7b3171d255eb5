using System.Reflection;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Ccflux.Receiver.Shell.Docs;

/// <summary>
/// The documentation of this version: <c>docs/*.md</c> and the security policy, embedded in the assembly. All pages are rendered when the first
/// one is requested, and then cached: some hundred kilobytes.
/// </summary>
internal sealed class DocPages
{
    public const string Path = "/docs";
    public const string Extension = ".md";

    /// <summary>The page that the footer links to.</summary>
    public const string First = "getting-started";

    private const string Prefix = "docs/";

    // Raw HTML stays text: these pages do not need it, and the Content-Security-Policy would block half of it.
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .DisableHtml()
        .Build();

    private readonly Lazy<IReadOnlyList<DocPage>> _pages = new(Render);

    /// <summary>Every page, by title.</summary>
    public IReadOnlyList<DocPage> All => _pages.Value;

    /// <summary>The page with that name, or one whose name differs only in case; null if there is neither.</summary>
    public DocPage? Find(string name) =>
        All.FirstOrDefault(page => string.Equals(page.Name, name, StringComparison.Ordinal))
        ?? All.FirstOrDefault(page => string.Equals(page.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Converts a link between the Markdown files to a URL here; any other link stays as it is.</summary>
    /// <param name="url">Such as <c>quota.md#alerts</c> or <c>../SECURITY.md</c>.</param>
    public static string AddressOf(string url)
    {
        var (file, anchor) = url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[at..]) : (url, "");
        return file.EndsWith(Extension, StringComparison.Ordinal) && !file.Contains(':', StringComparison.Ordinal)
            ? $"{Path}/{file[(file.LastIndexOf('/') + 1)..^Extension.Length]}{anchor}"
            : url;
    }

    private static IReadOnlyList<DocPage> Render()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Render(name[Prefix.Length..], Read(assembly, name)))
            .OrderBy(page => page.Title, StringComparer.Ordinal)];
    }

    private static DocPage Render(string name, string markdown)
    {
        var document = Markdown.Parse(markdown, s_pipeline);
        foreach (var link in document.Descendants<LinkInline>())
        {
            link.Url = AddressOf(link.Url ?? "");
        }

        var title = document.OfType<HeadingBlock>().First().Inline!.Descendants<LiteralInline>().Aggregate("", (text, literal) => text + literal.Content);
        // Content that can scroll horizontally must be reachable by keyboard.
        var html = document.ToHtml(s_pipeline)
            .Replace("<pre><code", "<pre tabindex=\"0\"><code", StringComparison.Ordinal)
            .Replace("<table>", "<div class=\"doc-table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>", StringComparison.Ordinal)
            .Replace("</table>", "</table></div>", StringComparison.Ordinal);
        return new DocPage(name, title, html);
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
