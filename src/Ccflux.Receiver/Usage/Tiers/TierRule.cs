using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Tiers;

/// <summary>How a tier was determined, as named in the database.</summary>
internal static class TierMethod
{
    public const string Inferred = "inferred";
    public const string LimitHit = "limit_hit";
    public const string None = "none";
}

/// <summary>A user's tier as stored in its table.</summary>
internal readonly record struct Tier(long UserId, string Label, long PeakTokens, string Method, int WindowCount, long? LimitHitAt);

/// <summary>A completed window and its billed tokens (input + output).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Peak(long StartAt, long Billed);

/// <summary>A 5-hour limit that ended a turn, and the window's billed tokens by then.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimitHit(long At, long Billed);

/// <summary>The data of one user from which tiers are inferred.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Peaks">The completed windows in the period.</param>
/// <param name="Hit">The user's last limit hit in the period.</param>
/// <param name="Known">The current tier.</param>
internal sealed record TierInput(long UserId, IReadOnlyList<Peak> Peaks, LimitHit? Hit, Tier? Known);

/// <summary>
/// Infers seat tiers from the peaks of 5-hour windows. A user's peak is the 75th percentile of their windows. Users are sorted by it, and a
/// new tier begins wherever a peak is more than 1.8 times the one before. A limit hit is stronger evidence: it keeps the label, uses what the
/// window had billed as the peak, and applies until it leaves the period or a later window exceeds it by a factor of more than 1.8.
/// </summary>
internal static class TierRule
{
    public const string Unknown = "Unknown";
    public const int MinWindows = 3;
    private const double Gap = 1.8;

    public static IReadOnlyList<Tier> Decide(IReadOnlyCollection<TierInput> users)
    {
        var labels = Infer(users);
        return [.. users
            .Where(user => user.Peaks.Count > 0 || user.Hit is not null)
            .Select(user => Decide(user, labels.GetValueOrDefault(user.UserId)))];
    }

    /// <summary>The peak that represents a user's windows.</summary>
    public static long Representative(IReadOnlyList<Peak> peaks)
    {
        long[] sorted = [.. peaks.Select(peak => peak.Billed).Order()];
        return sorted[Math.Min(sorted.Length * 75 / 100, sorted.Length - 1)];
    }

    private static Tier Decide(TierInput user, string? inferred)
    {
        if (user.Hit is { } hit && !IsOutgrown(hit, user.Peaks))
        {
            var kept = user.Known is { Method: TierMethod.LimitHit } known && known.LimitHitAt == hit.At && !IsUnknown(known.Label) ? known.Label : inferred;
            return new Tier(user.UserId, kept ?? Unknown, hit.Billed, TierMethod.LimitHit, user.Peaks.Count, hit.At);
        }

        return inferred is null
            ? new Tier(user.UserId, Unknown, user.Peaks.Count > 0 ? Representative(user.Peaks) : 0, TierMethod.None, user.Peaks.Count, null)
            : new Tier(user.UserId, inferred, Representative(user.Peaks), TierMethod.Inferred, user.Peaks.Count, null);
    }

    private static Dictionary<long, string> Infer(IReadOnlyCollection<TierInput> users)
    {
        var labels = new Dictionary<long, string>();
        var tier = 1;
        long? below = null;
        var ordered = users
            .Where(user => user.Peaks.Count >= MinWindows)
            .Select(user => (user.UserId, Peak: Representative(user.Peaks)))
            .OrderBy(user => user.Peak)
            .ThenBy(user => user.UserId);
        foreach (var (user, peak) in ordered)
        {
            tier += below is { } last && peak > Gap * last ? 1 : 0;
            labels[user] = string.Create(CultureInfo.InvariantCulture, $"Tier {tier}");
            below = peak;
        }

        return labels;
    }

    private static bool IsOutgrown(LimitHit hit, IReadOnlyList<Peak> peaks) => peaks.Any(peak => peak.StartAt > hit.At && peak.Billed > Gap * hit.Billed);

    private static bool IsUnknown(string label) => string.Equals(label, Unknown, StringComparison.Ordinal);
}
