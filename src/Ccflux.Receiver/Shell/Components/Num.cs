using System.Text;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>A cell with a number: short text, exact in the title, raw for sorting.</summary>
public sealed class Num : MarkupComponent
{
    [Parameter, EditorRequired]
    public long? Value { get; set; }

    /// <summary>The class that hides the column on narrow screens.</summary>
    [Parameter]
    public string? Rank { get; set; }

    /// <summary>True for counts of things, which stay exact for longer than tokens.</summary>
    [Parameter]
    public bool Count { get; set; }

    /// <summary>Draws a bar, with this as its full length.</summary>
    [Parameter]
    public long? Bar { get; set; }

    [Parameter]
    public string Colour { get; set; } = "k5";

    protected override void Write(StringBuilder html)
    {
        html.Append("<td class=\"r").Append(Rank is null ? "" : " " + Rank)
            .Append("\" title=\"").Append(Numbers.Exact(Value))
            .Append("\" data-v=\"").Append(Value).Append("\">");
        var text = Count ? Numbers.Count(Value) : Numbers.Compact(Value);
        if (Bar is { } whole && Value is { } part)
        {
            html.Append("<span class=\"mag ").Append(Colour).Append(' ').Append(Shares.Class(part, whole)).Append("\"><span>").Append(text).Append("</span></span>");
        }
        else
        {
            html.Append(text);
        }

        html.Append("</td>");
    }
}
