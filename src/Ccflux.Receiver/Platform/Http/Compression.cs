using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Compresses pages, tables and documents. Files of the bundle are compressed once, at build time; live updates are not compressed.</summary>
internal static class Compression
{
    private static readonly string[] s_types = ["text/html", "text/csv", "application/json", "application/problem+json", "text/plain"];

    public static void AddCompression(this IServiceCollection services)
    {
        // Over TLS, too: a page never repeats its request next to a secret. Tokens are shown once, in the answer to a form.
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = s_types;
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }
}
