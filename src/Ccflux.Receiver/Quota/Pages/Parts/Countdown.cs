using System.Text;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>Shows when a window resets. The script counts down and says when the reset has passed; a saved file names the instant.</summary>
public sealed class Countdown : MarkupComponent
{
    private const string Over = "reset, waiting for the next reading";

    [CascadingParameter]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public WindowView Window { get; set; } = null!;

    /// <summary>In a table, the head of the column says what it is.</summary>
    [Parameter]
    public bool InTable { get; set; }

    protected override void Write(StringBuilder html)
    {
        if (Window.ResetsAt is not { } at)
        {
            html.Append("<span class=\"faint\">").Append(InTable ? Numbers.Unknown : "reset unknown").Append("</span>");
            return;
        }

        var over = InTable ? "reset" : Over;
        html.Append("<span title=\"").Append(Times.Exact(at)).Append('"');
        if (at <= Frame.Now)
        {
            html.Append('>').Append(over).Append("</span>");
        }
        else if (Frame.IsExport)
        {
            html.Append('>').Append(InTable ? "" : "resets ").Append("<time class=\"countdown\" data-f=\"when\" datetime=\"").Append(Times.Iso(at)).Append("\">").Append(Times.When(at, Frame.Now)).Append("</time></span>");
        }
        else
        {
            html.Append(" data-resets=\"").Append(Times.Iso(at)).Append("\" data-over=\"").Append(over).Append("\">").Append(InTable ? "" : "resets in ")
                .Append("<span class=\"countdown\">").Append(Times.Countdown(at - Frame.Now)).Append("</span></span>");
        }
    }
}
