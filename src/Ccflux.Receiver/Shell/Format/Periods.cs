namespace Ccflux.Receiver.Shell.Format;

/// <summary>Names periods on buttons, in notes and in sentences. A period has a name (<c>today</c>, <c>7d</c>, …, <c>custom</c>) and a number of days.</summary>
internal static class Periods
{
    private const string Today = "today";
    private const string Custom = "custom";

    public static string Button(string period) => period switch
    {
        Today => "Today",
        "7d" => "7 d",
        "30d" => "30 d",
        "90d" => "90 d",
        _ => "Custom",
    };

    /// <summary>In a panel's note: <c>30 d</c>, <c>today</c>, <c>12 days</c>.</summary>
    public static string Note(string period, int days) => period switch
    {
        Custom => $"{days} {(days == 1 ? "day" : "days")}",
        Today => "today",
        _ => Button(period),
    };

    /// <summary>The base of a change.</summary>
    /// <param name="period">Its name.</param>
    /// <param name="days">Its length.</param>
    /// <param name="isRunning">True while the period has not ended: the prior one then counts only up to the point that it has reached.</param>
    public static string Prior(string period, int days, bool isRunning) => (period, isRunning) switch
    {
        (Today, true) => "so far, vs the same hours yesterday",
        (_, true) => $"so far, vs the same part of the prior {Note(period, days)}",
        _ => $"vs prior {Note(period, days)}",
    };

    /// <summary>The prior period by itself: <c>prior 30 d</c>.</summary>
    public static string Before(string period, int days) => period is Today ? "yesterday" : $"prior {Note(period, days)}";

    /// <summary>In a sentence: <c>in the last 30 days</c>.</summary>
    public static string Sentence(string period, int days) => period switch
    {
        Custom => "in the period",
        Today => "today",
        _ => $"in the last {days} days",
    };
}
