using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>What a period is called on buttons and in notes.</summary>
internal static class PeriodText
{
    public static string Button(string period) => period switch
    {
        "today" => "Today",
        "7d" => "7 d",
        "30d" => "30 d",
        "90d" => "90 d",
        _ => "Custom",
    };

    public static string Note(TelemetryFilter filter) => filter.Period switch
    {
        TelemetryFilter.Custom => $"{filter.Days} {(filter.Days == 1 ? "day" : "days")}",
        "today" => "today",
        _ => Button(filter.Period),
    };

    /// <summary>The period that a change is measured against.</summary>
    public static string Prior(TelemetryFilter filter) => filter.Period is "today" ? "vs yesterday" : $"vs prior {Note(filter)}";
}
