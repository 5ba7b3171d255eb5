namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Explains rotation's decisions, from the reasons in events.</summary>
internal static class ReasonText
{
    /// <summary>The reason under the current order of rotation: for its current decisions, not for past ones.</summary>
    public static string? Of(string reason, bool isSoonestFirst) => (reason, isSoonestFirst) switch
    {
        ("in_order", true) => "no account that lasts resets sooner",
        ("in_order", false) => "no account that lasts would lose more by waiting",
        ("perishable", true) => "the other's week resets sooner",
        _ => Of(reason),
    };

    /// <summary>The end of a sentence; null if the word is not a reason of rotation.</summary>
    public static string? Of(string reason) => reason switch
    {
        "in_order" => "it is the right account to use",
        "first_choice" => "it had no account of the vault",
        "perishable" => "what the other has left would be lost sooner",
        "five_hour_ceiling" => "the 5-hour window is at its ceiling, or has not cooled",
        "five_hour_exhausted" => "the 5-hour window is full",
        "seven_day_exhausted" => "the 7-day window is used up",
        "model_exhausted" => "the window of a model in use is full",
        "window=5h" => "the 5-hour window is about to reach its ceiling",
        "window=7d" => "the 7-day window is about to be used up",
        "login" => "the login cannot be used",
        "not_granted" => "the account is not granted there",
        "pinned" => "it is pinned",
        "requested" => "it was requested manually",
        "cooldown" => "the last switch was too recent",
        "paused" => "rotation is paused",
        _ => null,
    };
}
