using System.Text;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A cell with how full a limit is, as observed; the title shows source and age.</summary>
public sealed class QuotaShare : MarkupComponent
{
    [CascadingParameter]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public QuotaReading? Reading { get; set; }

    protected override void Write(StringBuilder html)
    {
        if (Reading is not { Share: { } share } reading)
        {
            html.Append("<td class=\"p2 faint\" title=\"").Append(Reading is null ? "Nothing was observed" : Encode(Title(Reading)))
                .Append("\" data-v=\"-1\">").Append(Encode(Numbers.Unknown)).Append("</td>");
            return;
        }

        var tone = share >= 0.9 ? Tone.Bad : share >= 0.7 ? Tone.Warn : Tone.Good;
        html.Append("<td class=\"p2\" title=\"").Append(Encode(Title(reading))).Append("\" data-v=\"").Append(Numbers.Raw((decimal)reading.UsedPercent))
            .Append("\"><span class=\"qm q tight ").Append(Shares.Class(share)).Append("\" data-level=\"").Append(Glyphs.Class(tone)).Append("\"><i></i><span>");
        if (tone is not Tone.Good)
        {
            html.Append("<svg class=\"ic\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">").Append(Glyphs.Shape(tone)).Append("</svg>");
        }

        html.Append(Numbers.Used(reading.UsedPercent)).Append("</span></span></td>");
    }

    private string Title(QuotaReading reading) =>
        $"{Numbers.Raw((decimal)reading.UsedPercent)} % by {reading.Source}, observed {(Frame.IsExport ? Times.Exact(reading.ObservedAt) : Times.Ago(reading.ObservedAt, Frame.Now))}"
        + (reading.ResetsAt is { } reset ? $"; {(reading.IsOver ? "reset" : "resets")} {Times.Exact(reset)}" : "")
        + (reading.IsOver ? "; unknown since then" : "");
}
