using System.Text;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Shows <c>/admin/fleet</c>, and returns it as a file with <c>?export</c>.</summary>
internal sealed class FleetPagesEndpoint(FleetPageQuery query, RotationSettings settings, PageFrames frames, IServiceProvider services)
{
    public const string Capability = "Fleet";

    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(30);

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        var isExport = context.Request.Query.ContainsKey("export");
        var address = frames.AddressOf(context.Request);
        var frame = isExport
            ? frames.ForExport(Principal.Of(context), Capability, address)
            : frames.For(context, Capability, Capability, FleetFeature.Topic) with { Flash = Flash.Take(context), RefreshAfter = s_refresh };
        var view = await query.ReadAsync(context.Request, address, Principal.Of(context).Scope);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(FleetPage.Frame)] = frame with { Now = view.At },
            [nameof(FleetPage.View)] = view,
            [nameof(FleetPage.Cool)] = settings.FiveHourCool,
        };
        if (!isExport)
        {
            return Page.Of<FleetPage>(context, parameters);
        }

        var html = await Page.RenderAsync<FleetPage>(services, parameters);
        return Results.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", FileNames.Of("fleet", "html", FileNames.Day(DateOnly.FromDateTime(view.At.UtcDateTime))));
    }
}
