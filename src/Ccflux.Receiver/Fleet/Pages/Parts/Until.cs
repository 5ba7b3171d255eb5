using System.Text;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>The time left until an instant; the script counts it down. A saved file shows the instant instead.</summary>
public sealed class Until : MarkupComponent
{
    [CascadingParameter]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public DateTimeOffset? At { get; set; }

    /// <summary>The text once it has passed.</summary>
    [Parameter]
    public string Over { get; set; } = "now";

    /// <summary>Shows the two largest units; seconds only below a minute.</summary>
    [Parameter]
    public bool Brief { get; set; }

    protected override void Write(StringBuilder html)
    {
        if (At is not { } at)
        {
            html.Append("<span class=\"faint\">").Append('—').Append("</span>");
        }
        else if (Frame.IsExport)
        {
            html.Append("<time data-f=\"point\" datetime=\"").Append(Times.Iso(at)).Append("\" title=\"").Append(Times.Exact(at)).Append("\">").Append(Times.Point(at, Frame.Now)).Append("</time>");
        }
        else if (at <= Frame.Now)
        {
            html.Append("<span title=\"").Append(Times.Exact(at)).Append("\">").Append(Encode(Over)).Append("</span>");
        }
        else
        {
            html.Append("<span title=\"").Append(Times.Exact(at)).Append("\" data-resets=\"").Append(Times.Iso(at)).Append("\" data-over=\"").Append(Encode(Over))
                .Append(Brief ? "\" data-brief=\"" : "").Append("\"><span class=\"countdown\">").Append(Brief ? Times.Left(at - Frame.Now) : Times.Countdown(at - Frame.Now)).Append("</span></span>");
        }
    }
}
