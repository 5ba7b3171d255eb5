using System.Text;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>An e-mail address: the full name, then the domain in grey, hidden below 768 px. In an export it is not a link.</summary>
public sealed class UserName : MarkupComponent
{
    [CascadingParameter]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Email { get; set; } = "";

    [Parameter]
    public string? Href { get; set; }

    [Parameter]
    public bool NameOnly { get; set; }

    /// <summary>Names without an e-mail address are installations: a word and 64 digits, of which the first identify it.</summary>
    private const int MaxName = 26;

    protected override void Write(StringBuilder html)
    {
        var leads = Href is not null && !Frame.IsExport;
        var at = Email.LastIndexOf('@') is > 0 and var found ? found : Email.Length;
        html.Append(leads ? "<a class=\"mail\" href=\"" + Encode(Href) + "\" title=\"" : "<span class=\"mail\" title=\"")
            .Append(Encode(Email)).Append("\">").Append(Encode(at == Email.Length && at > MaxName ? Email[..(MaxName - 1)] + "…" : Email[..at]));
        if (!NameOnly)
        {
            html.Append("<span>").Append(Encode(Email[at..])).Append("</span>");
        }

        html.Append(leads ? "</a>" : "</span>");
    }
}
