using System.Text;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>Shows an instant. The script rewrites the text in the browser's time zone; UTC stays in the title.</summary>
public sealed class Ago : MarkupComponent
{
    [CascadingParameter]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public DateTimeOffset? At { get; set; }

    /// <summary>ago, until, point, day, clock, log (the time if today, otherwise the day), or when (the time if today, otherwise the point).</summary>
    [Parameter]
    public string Form { get; set; } = "ago";

    [Parameter]
    public string Never { get; set; } = Numbers.Unknown;

    protected override void Write(StringBuilder html)
    {
        if (At is not { } at)
        {
            html.Append("<span class=\"faint\">").Append(Encode(Never)).Append("</span>");
            return;
        }

        html.Append("<time datetime=\"").Append(Times.Iso(at))
            .Append("\" title=\"").Append(Times.Exact(at))
            .Append("\" data-f=\"").Append(Form).Append("\">")
            .Append(Text(at)).Append("</time>");
    }

    private string Text(DateTimeOffset at) => Form switch
    {
        "until" => Frame.IsExport ? Times.Point(at, Frame.Now) : Times.Until(at, Frame.Now),
        "point" => Times.Point(at, Frame.Now),
        "day" => Times.Day(at, Frame.Now),
        "clock" => Times.Clock(at),
        "when" => Times.When(at, Frame.Now),
        "log" => Times.ClockOrDay(at, Frame.Now),
        _ => Frame.IsExport ? Times.Point(at, Frame.Now) : Times.Ago(at, Frame.Now),
    };
}
