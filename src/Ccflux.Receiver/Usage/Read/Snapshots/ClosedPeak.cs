using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>The largest of a user's closed windows, and how many there were.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClosedPeak(long Billed, int Windows);
