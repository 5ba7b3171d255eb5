using System.Text;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A model, with its permanent colour.</summary>
public sealed class ModelName : MarkupComponent
{
    [Parameter, EditorRequired]
    public ModelRef Model { get; set; } = null!;

    protected override void Write(StringBuilder html)
    {
        Swatch.Write(html, Model.Colour, "lead");
        html.Append(Encode(Model.Name));
    }
}
