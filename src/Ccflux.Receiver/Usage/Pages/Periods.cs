using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>What a period is called on buttons and in notes.</summary>
internal static class Periods
{
    public static string Button(string period) => period switch
    {
        "today" => "Today",
        "7d" => "7 d",
        "30d" => "30 d",
        "90d" => "90 d",
        _ => "Custom",
    };

    /// <summary>In a panel's note: <c>30 d</c>, <c>today</c>, <c>12 days</c>.</summary>
    public static string Note(UsageFilter filter) => filter.Period switch
    {
        UsageFilter.Custom => $"{filter.Days} {(filter.Days == 1 ? "day" : "days")}",
        "today" => "today",
        _ => Button(filter.Period),
    };

    /// <summary>The period that a change is measured against.</summary>
    public static string Prior(UsageFilter filter) => filter.Period is "today" ? "vs yesterday" : $"vs prior {Note(filter)}";

    /// <summary>In a sentence: <c>in the last 30 days</c>.</summary>
    public static string Sentence(UsageFilter filter) => filter.Period switch
    {
        UsageFilter.Custom => "in the period",
        "today" => "today",
        _ => $"in the last {filter.Days} days",
    };
}
