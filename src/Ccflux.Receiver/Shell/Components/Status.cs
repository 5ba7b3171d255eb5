using System.Text;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>Shows a status with colour, shape and word.</summary>
public sealed class Status : MarkupComponent
{
    [Parameter]
    public Tone Tone { get; set; }

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter]
    public string? Title { get; set; }

    protected override void Write(StringBuilder html)
    {
        html.Append("<span class=\"st ").Append(Glyphs.Class(Tone)).Append('"');
        if (Title is not null)
        {
            html.Append(" title=\"").Append(Encode(Title)).Append('"');
        }

        html.Append("><svg class=\"ic\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">").Append(Glyphs.Shape(Tone)).Append("</svg>").Append(Encode(Text)).Append("</span>");
    }
}
