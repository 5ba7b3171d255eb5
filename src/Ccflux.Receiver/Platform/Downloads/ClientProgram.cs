namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>A client program that is at hand.</summary>
/// <param name="Name">Of the file, as in a release: <c>ccflux-linux-x86_64</c>.</param>
/// <param name="Platform">Where it runs, in words: <c>Linux (x86-64)</c>.</param>
/// <param name="Path">The file.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedAt">When the file was written.</param>
/// <param name="Sha256">32 bytes.</param>
public sealed record ClientProgram(string Name, string Platform, string Path, long Size, DateTimeOffset ModifiedAt, byte[] Sha256)
{
    public bool IsWindows => Name.EndsWith(".exe", StringComparison.Ordinal);

    /// <summary>As <c>sha256sum</c> prints it.</summary>
    public string Sha256Hex => Convert.ToHexStringLower(Sha256);
}
