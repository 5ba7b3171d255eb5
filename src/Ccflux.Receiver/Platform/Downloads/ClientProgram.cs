namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>A client program that can be downloaded.</summary>
/// <param name="Name">The file's name, as in a release: <c>ccflux-linux-x86_64</c>.</param>
/// <param name="Platform">The platform in words: <c>Linux (x86-64)</c>.</param>
/// <param name="Path">The file.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedAt">When the file was last modified.</param>
/// <param name="Sha256">32 bytes.</param>
public sealed record ClientProgram(string Name, string Platform, string Path, long Size, DateTimeOffset ModifiedAt, byte[] Sha256)
{
    public bool IsWindows => Name.EndsWith(".exe", StringComparison.Ordinal);

    /// <summary>The form that <c>sha256sum</c> prints.</summary>
    public string Sha256Hex => Convert.ToHexStringLower(Sha256);
}
