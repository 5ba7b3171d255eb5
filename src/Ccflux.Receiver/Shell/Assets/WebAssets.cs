using System.Reflection;

namespace Ccflux.Receiver.Shell.Assets;

/// <summary>
/// The bundled files of the pages (<c>web/</c>), embedded in the assembly: they are available wherever the receiver is started from, and always
/// match its pages.
/// </summary>
internal sealed partial class WebAssets
{
    public const string Path = "/assets";
    public const string Script = "app.js";
    public const string EarlyScript = "early.js";
    public const string Styles = "app.css";
    public const string Favicon = "favicon.svg";
    public const string Manifest = "manifest.webmanifest";
    public const string TouchIcon = "icon-180.png";

    private const string Prefix = "web/";

    private readonly Dictionary<string, WebAsset> _assets;

    public WebAssets(ILogger<WebAssets> logger)
    {
        var assembly = Assembly.GetExecutingAssembly();
        _assets = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Load(assembly, name))
            .ToDictionary(asset => asset.Name, StringComparer.Ordinal);
        if (!_assets.ContainsKey(Styles))
        {
            Log.NotBundled(logger);
        }
    }

    /// <summary>Returns null if the receiver was built without its bundle; the pages then work without styles and scripts.</summary>
    public WebAsset? Find(string name) => _assets.GetValueOrDefault(name);

    private static WebAsset Load(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new WebAsset(resource[Prefix.Length..], ContentTypeOf(resource), content);
    }

    private static string ContentTypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The pages' scripts and styles were not bundled into this build (npm run build in web/); the pages work without them.")]
        public static partial void NotBundled(ILogger logger);
    }
}
