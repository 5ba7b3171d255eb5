using System.Text;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>A cell with a small bar, the percentage and, from 70 percent, its shape.</summary>
public sealed class QuotaMini : MarkupComponent
{
    [Parameter, EditorRequired]
    public WindowView? Window { get; set; }

    [Parameter]
    public bool IsStale { get; set; }

    protected override void Write(StringBuilder html)
    {
        if (Window is not { IsOver: false } window)
        {
            html.Append("<td class=\"r\" data-v=\"\"><span class=\"faint\">—</span></td>");
            return;
        }

        var tone = WindowText.Tone(window.Level);
        var raw = window.UsedPercent.ToString("0.###", CultureInfo.InvariantCulture);
        html.Append("<td class=\"r\" data-v=\"").Append(raw).Append("\" title=\"").Append(raw).Append(" %, ").Append(WindowText.Level(window.Level)).Append(IsStale ? ", stale" : "")
            .Append("\"><span class=\"qm q ").Append(Shares.Class(window.UsedPercent / 100)).Append("\" data-level=\"").Append(IsStale ? "none" : Glyphs.Class(tone)).Append("\"><i></i><span>");
        if (tone is not Tone.Good && !IsStale)
        {
            html.Append("<svg class=\"ic\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">").Append(Glyphs.Shape(tone)).Append("</svg>");
        }

        html.Append(WindowText.Percent(window)).Append("</span></span></td>");
    }
}
