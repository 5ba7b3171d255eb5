using System.IO.Compression;
using System.Security.Cryptography;

namespace Ccflux.Receiver.Shell.Assets;

/// <summary>A bundled file of the pages: kept in memory, compressed once, identified by the hash of its content.</summary>
internal sealed class WebAsset
{
    public WebAsset(string name, string contentType, byte[] content)
    {
        Name = name;
        ContentType = contentType;
        Content = content;
        Compressed = Compress(content);
        var hash = SHA256.HashData(content);
        Version = Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    public string Name { get; }

    public string ContentType { get; }

    public byte[] Content { get; }

    public byte[] Compressed { get; }

    /// <summary>Changes with the content, so that browsers may cache a file forever.</summary>
    public string Version { get; }

    public string Address => $"{WebAssets.Path}/{Name}?v={Version}";

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
