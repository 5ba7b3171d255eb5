using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>The amounts to add to a window's row.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WindowSums
{
    public long Last { get; set; }

    public long Turns { get; set; }

    public long Sessions { get; set; }

    public TokenSums Tokens { get; set; }
}
