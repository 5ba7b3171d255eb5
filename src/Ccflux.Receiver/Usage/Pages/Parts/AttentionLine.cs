using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A line of "Needs attention" in words: who it is about, what happened, and what it means or what to do.</summary>
internal sealed record AttentionLine(Tone Tone, string Subject, string Says, string Detail, string? Href)
{
    /// <param name="item">The item to describe.</param>
    /// <param name="now">The time from which ages are counted.</param>
    /// <param name="link">The page that shows it: links to a table keep the rest of its URL.</param>
    /// <param name="isExport">True in a saved file, which states the time instead of how long until then.</param>
    public static AttentionLine Of(Attention item, DateTimeOffset now, PageLink link, bool isExport = false) => item.Kind switch
    {
        AttentionKind.WindowNearLimit => new(
            item.Share >= 0.9 ? Tone.Bad : Tone.Warn,
            Name(item),
            $"is at {Numbers.Share(item.Share)} of {(item.OfLimit ? "their usage at the last 5-hour limit hit" : "their own 5-hour peak")}",
            item.At is { } ends ? $"the window ends {(isExport ? Times.Exact(ends) : Times.Until(ends, now))}" : "",
            UserHref(item)),
        AttentionKind.LimitHit => new(
            Tone.Bad,
            Name(item),
            "hit a limit" + (item.At is { } at ? $" {(isExport ? Times.Exact(at) : Times.Ago(at, now))}" : ""),
            item.Detail.Length > 0 ? $"limit: {item.Detail}" : "limit event, window unknown",
            UserHref(item)),
        AttentionKind.DeviceWaiting => new(Tone.Warn, Device(item), "is waiting for approval", "its reports are refused until then", "#devices"),
        AttentionKind.DeviceRegisteredAgain => new(Tone.Warn, Device(item), "was registered again after being revoked", "revoke it if this wasn't you", "#devices"),
        AttentionKind.ClaimedEmailMismatch => new(Tone.Warn, Name(item), "is signed in with a different e-mail address", $"{item.Detail}; usage is counted under the token's e-mail address", UserHref(item)),
        AttentionKind.ReportsRefused => new(Tone.Bad, Names(item), item.Count == 1 ? "has had reports refused" : "have had reports refused", item.Detail, item.Count == 1 ? UserHref(item) : "#seats"),
        AttentionKind.Silent => new(Tone.None, People(item.Count), item.Count == 1 ? "has gone silent" : "have gone silent", Names(item), Seats(link, SeatViews.Silent)),
        AttentionKind.NeverReported => new(Tone.None, People(item.Count), item.Count == 1 ? "has a seat but has never reported" : "have a seat but have never reported", Names(item), Seats(link, SeatViews.Never)),
        AttentionKind.SharedRequests => new(
            Tone.Warn,
            Name(item),
            $"has {(item.Count == 1 ? "a request" : $"{Numbers.Count(item.Count)} requests")} that {Local(item.Subjects[1])} has too",
            "such requests count for both users, until an admin says whose they are",
            UserHref(item) + UsageLinks.SharedAnchor),
        AttentionKind.UnpricedModel => new(Tone.Info, Names(item), item.Count == 1 ? "has no price" : "have no price", "their list-price value is missing; PRICES_PATH can add it", "#models"),
        AttentionKind.DatabaseSize => new(Tone.Warn, "The database", item.Detail, "the audit log and the users table below show what changed", null),
    };

    private static string Seats(PageLink link, string view) => link.With(("seats.view", view), ("seats.q", null), ("seats.page", null)) + "#seats";

    private static string People(int count) => count == 1 ? "1 person" : $"{Numbers.Count(count)} people";

    private static string Name(Attention item) => item.Subjects.Count > 0 ? Local(item.Subjects[0]) : "";

    /// <summary>The device with its user, because machine names are not unique.</summary>
    private static string Device(Attention item) => $"{item.Subjects[0]} of {Local(item.Subjects[1])}";

    private static string Names(Attention item)
    {
        var names = string.Join(", ", item.Subjects.Select(Local));
        return item.Count > item.Subjects.Count ? $"{names} and {Numbers.Count(item.Count - item.Subjects.Count)} more" : names;
    }

    private static string Local(string subject) => subject.LastIndexOf('@') is > 0 and var at ? subject[..at] : subject;

    private static string? UserHref(Attention item) => item.Subjects.Count > 0 ? UsageLinks.User(item.Subjects[0]) : null;
}
