using System.ComponentModel;

namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>Where to find the client programs that the receiver offers for download.</summary>
internal sealed class DownloadOptions
{
    [ConfigurationKeyName("DOWNLOAD_DIR")]
    [Description("Folder of the client programs, named as in a release (ccflux-linux-x86_64, …). Anyone who can reach the receiver can download them at /download. Unset: plugin/bin next to the receiver's executable.")]
    public string? Folder { get; set; }
}
