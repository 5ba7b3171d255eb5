using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>
/// A small component that a page contains hundreds of times. It is written as one piece of markup, because a tree of elements and attributes
/// would take most of the time of a page with tables. Everything that is not a constant goes through <see cref="Encode"/>.
/// </summary>
public abstract class MarkupComponent : IComponent
{
    // Letters of any script stay as they are; characters with a meaning in HTML are encoded.
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    [ThreadStatic]
    private static StringBuilder? s_buffer;

    private RenderHandle _handle;

    void IComponent.Attach(RenderHandle renderHandle) => _handle = renderHandle;

    Task IComponent.SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        _handle.Render(builder =>
        {
            var html = s_buffer ??= new StringBuilder(256);
            html.Clear();
            Write(html);
            builder.AddMarkupContent(0, html.ToString());
        });
        return Task.CompletedTask;
    }

    protected abstract void Write(StringBuilder html);

    protected static string Encode(string? text) => text is null ? "" : s_encoder.Encode(text);
}
