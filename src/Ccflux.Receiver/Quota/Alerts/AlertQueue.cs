using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>An alert that is about to be queued.</summary>
/// <param name="AccountId">The account; 0 if it is about none.</param>
/// <param name="Window">The window's name; empty if it is about none.</param>
/// <param name="Kind">One of <see cref="AlertKind"/>.</param>
/// <param name="UsedMilli">Thousandths of a percent.</param>
/// <param name="SendAt">When it may be sent.</param>
/// <param name="Held">How many alerts a digest stands for.</param>
internal sealed record NewAlert(QuotaAccountId AccountId, string Window, string Kind, long UsedMilli, DateTimeOffset SendAt, long Held = 0)
{
    /// <summary>The threshold that was reached, in thousandths of a percent.</summary>
    public long? ThresholdMilli { get; init; }

    /// <summary>When the window resets, in epoch milliseconds.</summary>
    public long? ResetsAt { get; init; }

    public Projection Projection { get; init; } = Projection.Unknown;
}

/// <summary>What becomes of findings.</summary>
/// <param name="Alerts">New alerts, in the order of the findings.</param>
/// <param name="ForDigest">Windows that are added to the digest that already exists.</param>
/// <param name="Held">Findings that are not sent individually because there were too many lately.</param>
/// <param name="Dropped">Findings that are not sent because the queue is full.</param>
internal sealed record AlertPlan(IReadOnlyList<NewAlert> Alerts, IReadOnlyList<WindowRow> ForDigest, int Held, int Dropped)
{
    public static AlertPlan Nothing { get; } = new([], [], 0, 0);
}

/// <summary>Limits the number of alerts, so that one user's figures cannot hold up the alerts of others. A user's machines may report anything. Pure.</summary>
internal static class AlertQueue
{
    /// <summary>Alerts within <see cref="Span"/> that are sent individually: about all reported accounts of one user, and about each polled account. A digest replaces the others.</summary>
    public const int MaxPerSpan = 20;

    /// <summary>The most deliveries that may wait.</summary>
    public const int MaxWaiting = 5_000;

    /// <summary>The most of these that may be about what users report.</summary>
    public const int MaxReported = 1_000;

    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <summary>How long a digest collects alerts before it is sent. There is at most one per <see cref="Span"/>.</summary>
    public static readonly TimeSpan DigestAfter = TimeSpan.FromMinutes(10);

    /// <summary>Decides about findings of one account, each after the ones before it.</summary>
    /// <param name="facts">What is queued already.</param>
    /// <param name="findings">The findings.</param>
    /// <param name="channels">How many channels there are: an alert is one delivery on each.</param>
    /// <param name="quiet">Hours without alerts; null if there are none.</param>
    /// <param name="now">The current time.</param>
    public static AlertPlan Decide(AlertQueueFacts facts, IReadOnlyList<WindowFinding> findings, int channels, QuietHours? quiet, DateTimeOffset now)
    {
        var isReported = facts.Owner != AccountIdentity.Polled;
        var alerts = new List<NewAlert>();
        var forDigest = new List<WindowRow>();
        int? newDigest = null;
        var sent = facts.Sent;
        var (held, dropped) = (0, 0);
        foreach (var finding in findings)
        {
            var isOften = sent >= MaxPerSpan;
            if (isOften)
            {
                held++;
                if (facts.Digest is not null)
                {
                    forDigest.Add(finding.Row);
                    continue;
                }

                if (newDigest is { } place)
                {
                    alerts[place] = With(alerts[place], finding.Row);
                    continue;
                }
            }

            var added = (long)alerts.Count * channels;
            if (!HasRoom(facts.Waiting + added, isReported ? facts.ReportedWaiting + added : 0))
            {
                dropped++;
            }
            else if (isOften)
            {
                newDigest = alerts.Count;
                alerts.Add(new NewAlert(finding.Row.AccountId, finding.Row.Name, AlertKind.Digest, finding.Row.UsedMilli, NotBefore(quiet, now + DigestAfter), Held: 1));
            }
            else
            {
                sent++;
                alerts.Add(Individual(finding, NotBefore(quiet, now)));
            }
        }

        return new AlertPlan(alerts, forDigest, held, dropped);
    }

    /// <summary>Whether deliveries may be added. Alerts that do not come from users' reports keep their room, however much is reported.</summary>
    /// <param name="waiting">Deliveries that wait.</param>
    /// <param name="reportedWaiting">Those of them that are about what users report; 0 for an alert that is not.</param>
    public static bool HasRoom(long waiting, long reportedWaiting) => waiting < MaxWaiting && reportedWaiting < MaxReported;

    private static NewAlert Individual(WindowFinding finding, DateTimeOffset sendAt) => new(
        finding.Row.AccountId, finding.Row.Name, finding.Threshold is null ? AlertKind.Forecast : AlertKind.Threshold, finding.Row.UsedMilli, sendAt)
    {
        ThresholdMilli = finding.Threshold,
        ResetsAt = finding.Row.ResetsAt,
        Projection = finding.Projection,
    };

    /// <summary>A digest names the fullest window.</summary>
    private static NewAlert With(NewAlert digest, WindowRow row) => digest with
    {
        Held = digest.Held + 1,
        Window = row.UsedMilli > digest.UsedMilli ? row.Name : digest.Window,
        UsedMilli = Math.Max(digest.UsedMilli, row.UsedMilli),
    };

    private static DateTimeOffset NotBefore(QuietHours? quiet, DateTimeOffset at) => quiet?.NotBefore(at) ?? at;
}
