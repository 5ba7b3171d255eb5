using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;

namespace Ccflux.Receiver.Telemetry.Api;

/// <summary><c>/api/v1/telemetry/…</c>: the page's tables as JSON or CSV, each a part of the page's own read.</summary>
internal static class TelemetryApi
{
        api.MapGet("/users/{email}/reconciliation", (string email, HttpContext context, TelemetryAdminQuery query, TimeProvider time) => AnswerAsync(
                context, time, "reconciliation", TelemetryColumns.Reconciled, async filter => await query.ReconcileAsync(email.ToLowerInvariant(), filter, context.RequestAborted)))
            .WithSummary("A user's sessions by telemetry and by hook reports, side by side, never added up.").TakesQuery([QueryParameter.Format, .. s_period]).ProducesProblem(StatusCodes.Status400BadRequest);
