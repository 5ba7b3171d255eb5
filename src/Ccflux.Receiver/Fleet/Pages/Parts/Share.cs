using System.Text;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>A cell with a small bar that shows how full a window is; a dash if unknown.</summary>
public sealed class Share : MarkupComponent
{
    [Parameter, EditorRequired]
    public WindowCell? Window { get; set; }

    protected override void Write(StringBuilder html)
    {
        if (Window is not { } window)
        {
            html.Append("<td data-v=\"\"><span class=\"faint\">").Append('—').Append("</span></td>");
            return;
        }

        var tone = window.IsOld ? Tone.None : window.Used >= 90 ? Tone.Bad : window.Used >= 70 ? Tone.Warn : Tone.Good;
        var exact = window.Used.ToString("0.###", CultureInfo.InvariantCulture);
        html.Append("<td data-v=\"").Append(exact).Append("\" title=\"").Append(exact).Append(" %, read ").Append(Times.Exact(window.ObservedAt)).Append(window.IsOld ? ", old" : "")
            .Append("\"><span class=\"qm q ").Append(Shares.Class(window.Used / 100)).Append("\" data-level=\"").Append(Glyphs.Class(tone)).Append("\"><i></i><span>");
        if (tone is not Tone.Good)
        {
            html.Append("<svg class=\"ic\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">").Append(Glyphs.Shape(tone)).Append("</svg>");
        }

        html.Append(Numbers.Used(window.Used)).Append("</span></span></td>");
    }
}
