using System.ComponentModel;

namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>Where to find the client programs that the receiver offers for download.</summary>
internal sealed class DownloadOptions
{
    [ConfigurationKeyName("DOWNLOAD_DIR")]
    [Description("Folder of the client programs, named as in a release (ccflux-linux-x86_64, …): those that are there can be downloaded at /download by everybody who reaches the receiver. Unset: plugin/bin beside the receiver's program.")]
    public string? Folder { get; set; }
}
