using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>Describes what a change is compared with.</summary>
internal static class Comparison
{
    public static string Base(TelemetryPageView view) => Periods.Prior(view.Filter.Period, view.Filter.Days, view.ComparedUntil is not null);

    /// <summary>The earlier figure, and how much of both periods is compared.</summary>
    public static string Title(TelemetryPageView view, string before) => view.ComparedUntil is { } until
        ? $"{before} in the same part of the previous period; complete hours, until {Times.Exact(until)}"
        : $"{before} in the previous period";
}
