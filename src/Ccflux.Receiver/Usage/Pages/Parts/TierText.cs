using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>The texts of a tier badge.</summary>
internal static class TierText
{
    private const string Estimate = "An estimate from usage, not the vendor's account setting.";

    public static IReadOnlyList<(TierConfidence Confidence, string Meaning)> Meanings { get; } =
    [
        (TierConfidence.High, "Confirmed by a rate limit that named its window and reset. " + Estimate),
        (TierConfidence.Medium, "Inferred from 10 or more completed windows. " + Estimate),
        (TierConfidence.Low, "Inferred from 3 to 9 completed windows. " + Estimate),
        (TierConfidence.Unknown, "Fewer than 3 completed windows: not enough data."),
    ];

    public static string Word(TierConfidence confidence) => confidence switch
    {
        TierConfidence.High => "high",
        TierConfidence.Medium => "medium",
        TierConfidence.Low => "low",
        TierConfidence.Unknown => "unknown",
    };

    public static string Title(TierView tier)
    {
        var windows = Numbers.Of(tier.Windows, "completed window");
        return tier.Confidence switch
        {
            TierConfidence.High => $"High confidence: a limit was hit{(tier.LimitHitAt is { } at ? " on " + Times.Exact(at) : "")}, with {Numbers.Exact(tier.PeakTokens)} billed tokens in the window. {Estimate}",
            TierConfidence.Medium or TierConfidence.Low => $"{(tier.Confidence is TierConfidence.Medium ? "Medium" : "Low")} confidence: inferred from {windows}, three quarters of which had at most {Numbers.Exact(tier.PeakTokens)} billed tokens. {Estimate}",
            TierConfidence.Unknown => $"{windows}: not enough data; three are needed.",
        };
    }
}
