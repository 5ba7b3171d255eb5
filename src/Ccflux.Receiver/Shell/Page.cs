using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccflux.Receiver.Shell;

/// <summary>Renders a component as a response or as text.</summary>
internal static class Page
{
    /// <summary>A response to a person. It is private: a browser may cache it only to revalidate it, see <see cref="PageResult"/>.</summary>
    public static IResult Of<TComponent>(HttpContext context, IReadOnlyDictionary<string, object?> parameters)
        where TComponent : IComponent =>
        new PageResult(new RazorComponentResult<TComponent>(parameters) { PreventStreamingRendering = true }, HttpMethods.IsGet(context.Request.Method));

    /// <summary>The document as text, for a file.</summary>
    public static async Task<string> RenderAsync<TComponent>(IServiceProvider services, IReadOnlyDictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters.ToDictionary(StringComparer.Ordinal)));
            return root.ToHtmlString();
        });
    }
}
