using System.Text;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>Shows the colour of a series next to its name.</summary>
public sealed class Swatch : MarkupComponent
{
    /// <summary>Number of a series token, 0 for grey.</summary>
    [Parameter]
    public int Colour { get; set; }

    [Parameter]
    public string? Class { get; set; }

    protected override void Write(StringBuilder html) => Write(html, Colour, Class);

    internal static void Write(StringBuilder html, int colour, string? extra) =>
        html.Append("<span class=\"sw k").Append(colour).Append(extra is null ? "" : " " + extra).Append("\"></span>");
}
