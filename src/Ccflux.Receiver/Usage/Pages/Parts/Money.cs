using System.Text;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A cell with a list-price value. If some tokens have no price, it is a lower bound and says so.</summary>
public sealed class Money : MarkupComponent
{
    [Parameter, EditorRequired]
    public Cost Cost { get; set; }

    [Parameter]
    public string? Rank { get; set; }

    protected override void Write(StringBuilder html) =>
        html.Append("<td class=\"r").Append(Rank is null ? "" : " " + Rank)
            .Append("\" title=\"").Append(Encode(CostText.Title(Cost)))
            .Append("\" data-v=\"").Append(Numbers.Raw(Cost.Usd)).Append("\">")
            .Append(CostText.Of(Cost)).Append("</td>");
}
