using System.Text;
using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>Kinds of alerts, as stored and sent.</summary>
internal static class AlertKind
{
    public const string Threshold = "threshold";
    public const string Forecast = "forecast";
    public const string Test = "test";

    /// <summary>Replaces alerts of one user, or of one polled account, that were too many to send individually.</summary>
    public const string Digest = "digest";

    /// <summary>A notification: not about a window, with a text of its own.</summary>
    public const string Notice = "notice";
}

/// <summary>An alert as it is sent.</summary>
internal sealed record Alert(
    string Kind,
    string Account,
    string Window,
    double UsedPercent,
    double? ThresholdPercent,
    DateTimeOffset? ResetsAt,
    DateTimeOffset? EarliestAt,
    DateTimeOffset? LatestAt,
    DateTimeOffset At,
    [property: JsonIgnore] string? Message = null,
    [property: JsonIgnore] long Held = 0)
{
    /// <summary>The alert as one sentence for people.</summary>
    public string Text
    {
        get
        {
            if (Message is not null)
            {
                return $"ccflux: {Message}";
            }

            if (string.Equals(Kind, AlertKind.Test, StringComparison.Ordinal))
            {
                return "ccflux: a test alert. This channel works.";
            }

            if (string.Equals(Kind, AlertKind.Digest, StringComparison.Ordinal))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Account}: {Held} more alerts within an hour are not sent individually. The fullest limit among them is the {Limit} limit, {UsedShare.Text(UsedPercent)} % used; see the quota page for all of them.");
            }

            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{Account}: the {Limit} limit is {UsedShare.Text(UsedPercent)} % used");
            if (ThresholdPercent is { } threshold)
            {
                text.Append(CultureInfo.InvariantCulture, $" (threshold {threshold:0.#} %)");
            }

            if (EarliestAt is { } earliest && LatestAt is { } latest)
            {
                text.Append(latest - earliest < TimeSpan.FromMinutes(1)
                    ? $" and at this rate runs out around {Clock(earliest)} (a forecast)"
                    : $" and at this rate runs out between {Clock(earliest)} and {Clock(latest)} (a forecast)");
            }

            return ResetsAt is { } reset ? text.Append(CultureInfo.InvariantCulture, $"; it resets at {Clock(reset)} UTC.").ToString() : text.Append('.').ToString();
        }
    }

    private string Limit => WindowName.Of(Window).ToLowerInvariant();

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
