using System.Text;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry.Pages.Parts;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Microsoft.AspNetCore.Components;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>Serves the read-only pages: <c>/admin/telemetry</c> and <c>/admin/telemetry/users/{person}</c>, and each as a file with <c>?export</c>.</summary>
internal sealed class TelemetryPagesEndpoint(
    TelemetryPageQuery query, TelemetryAdminQuery admin, TelemetryOptions options, LabelNames names, PageFrames frames, BrowserAnswers answers, IServiceProvider services, TimeProvider time)
{
    public const string Capability = "Telemetry";
    public const string LiveTopic = TelemetryWriter.Topic;

    /// <summary>Calls in an export, where the page shows only the newest.</summary>
    private const int ExportedCalls = 200;

    public async Task<IResult> AllAsync(HttpContext context)
    {
        var allowed = Principal.Of(context).Scope;
        var faults = new List<string>();
        var filter = TelemetryFilter.Parse(context.Request.Query, time.GetUtcNow(), names.All, faults);
        var frame = FrameOf(context, "Telemetry");
        var parts = TelemetryParts.Parse(context.Request.Query, names, faults);
        var view = await query.ReadAsync(filter, CallsOf(frame, parts.Calls), allowed, context.RequestAborted);
        return await DrawAsync<TelemetryPage>(context, filter, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(TelemetryPage.Frame)] = frame with { Now = view.At },
            [nameof(TelemetryPage.View)] = view,
            [nameof(TelemetryPage.Parts)] = parts,
            [nameof(TelemetryPage.Faults)] = faults,
            [nameof(TelemetryPage.PlanPriceUsd)] = options.PlanPriceUsd,
        });
    }

    public async Task<IResult> UserAsync(string person, HttpContext context)
    {
        var allowed = Principal.Of(context).Scope;
        var name = TelemetryLinks.Read(person);
        var faults = new List<string>();
        var filter = TelemetryFilter.Parse(context.Request.Query, time.GetUtcNow(), names.All, faults) with { User = name, Division = null, Labels = [] };
        var frame = FrameOf(context, name);
        var tokens = await admin.TokensAsync(name, allowed, context.RequestAborted);
        var parts = TelemetryParts.Parse(context.Request.Query, names, faults);
        var view = await query.ReadAsync(filter, CallsOf(frame, parts.Calls), allowed, context.RequestAborted);
        if (tokens is null && !await admin.IsKnownAsync(name, allowed, context.RequestAborted))
        {
            return answers.Refuse(Refusals.NotFound("No user with this e-mail address, and no telemetry under this name."));
        }

        return await DrawAsync<TelemetryUserPage>(context, filter, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(TelemetryUserPage.Frame)] = frame with { Now = view.At },
            [nameof(TelemetryUserPage.View)] = view,
            [nameof(TelemetryUserPage.Person)] = name,
            [nameof(TelemetryUserPage.Parts)] = parts,
            [nameof(TelemetryUserPage.Faults)] = faults,
            [nameof(TelemetryUserPage.Reconciled)] = await admin.ReconcileAsync(name, filter, allowed, context.RequestAborted),
            [nameof(TelemetryUserPage.Sources)] = await admin.SourcesAsync(name, filter, allowed, context.RequestAborted),
            [nameof(TelemetryUserPage.Stated)] = await admin.LabelsAsync(name, allowed, context.RequestAborted),
            [nameof(TelemetryUserPage.Tokens)] = tokens,
            [nameof(TelemetryUserPage.Plan)] = await admin.PlanAsync(name, allowed, context.RequestAborted),
            [nameof(TelemetryUserPage.PlanPriceUsd)] = options.PlanPriceUsd,
        });
    }

    private PageFrame FrameOf(HttpContext context, string title) => context.Request.Query.ContainsKey("export")
        ? frames.ForExport(Principal.Of(context), title, frames.AddressOf(context.Request))
        : frames.For(context, title, Capability, LiveTopic) with { Flash = Flash.Take(context) };

    private static CallPart CallsOf(PageFrame frame, TablePart part) => frame.IsExport ? new(0, ExportedCalls) : new((part.Page - 1) * part.Size, part.Size);

    private async Task<IResult> DrawAsync<TPage>(HttpContext context, TelemetryFilter filter, Dictionary<string, object?> parameters)
        where TPage : IComponent
    {
        if (!context.Request.Query.ContainsKey("export"))
        {
            return Page.Of<TPage>(context, parameters);
        }

        var html = await Page.RenderAsync<TPage>(services, parameters);
        return Results.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", FileNames.Of("telemetry", "html", [.. filter.FileSpan, .. filter.FileNarrowing]));
    }
}
