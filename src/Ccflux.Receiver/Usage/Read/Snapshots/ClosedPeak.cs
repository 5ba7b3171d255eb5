using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A user's largest closed window, and the number of closed windows.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClosedPeak(long Billed, int Windows);
