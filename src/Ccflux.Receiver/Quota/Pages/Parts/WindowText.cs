using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>Describes windows in words.</summary>
internal static class WindowText
{
    /// <summary>Within this distance of the even rate, use is on pace: percentage points.</summary>
    private const double OnPace = 2;

    /// <summary>The largest ratio at which the two ends of an estimate are shown as one figure.</summary>
    private const double SameEstimate = 1.1;

    /// <summary>Series colours by window; a window that is not named here takes the next of <see cref="s_otherColours"/>.</summary>
    private static readonly int[] s_otherColours = [6, 2, 3, 8, 1, 4];

    /// <summary>The position of a window in its account matters only if the window has no colour of its own.</summary>
    public static int Colour(string window, int place) => window switch
    {
        "five_hour" => 5,
        "seven_day" => 7,
        _ => s_otherColours[place % s_otherColours.Length],
    };

    public static Tone Tone(QuotaLevel level) => level switch
    {
        QuotaLevel.Green => Shell.Components.Tone.Good,
        QuotaLevel.Yellow => Shell.Components.Tone.Warn,
        QuotaLevel.Red => Shell.Components.Tone.Bad,
    };

    /// <summary>The level in words, for anyone who does not see the colour.</summary>
    public static string Level(QuotaLevel level) => level switch
    {
        QuotaLevel.Green => "below 70 %",
        QuotaLevel.Yellow => "70 % or above",
        QuotaLevel.Red => "90 % or above",
    };

    /// <summary>The figure that the user's status line shows.</summary>
    public static string Percent(WindowView window) => Numbers.Used(window.UsedPercent);

    public static string? Pace(WindowView window)
    {
        if (window.Pace is not { } pace)
        {
            return null;
        }

        var ahead = window.UsedPercent - pace.ElapsedPercent;
        return Math.Abs(ahead) < OnPace ? "On pace" : $"{Math.Abs(ahead):0} pt {(ahead > 0 ? "ahead of" : "below")} pace";
    }

    /// <summary>The figures behind the words of the pace.</summary>
    public static string? PaceTitle(WindowView window) => window.Pace is not { } pace ? null
        : string.Create(CultureInfo.InvariantCulture, $"{window.UsedPercent:0.#} % used, {pace.ElapsedPercent:0.#} % of the window has passed")
        + (pace.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $": {ratio:0.00} times the even rate") : "");

    /// <summary>The open window that is furthest ahead of its pace.</summary>
    public static WindowView? Fastest(AccountView account) => account.Windows.Where(window => window is { IsOver: false, Pace.Ratio: not null }).MaxBy(window => window.Pace!.Ratio);

    /// <summary>One figure if both ends are within a tenth of each other: more digits would suggest precision that nobody has.</summary>
    public static string Estimate(PlanEstimate plan) => plan.Highest <= plan.Lowest * SameEstimate
        ? Numbers.Compact((long)((plan.Lowest + plan.Highest) / 2))
        : $"{Numbers.Compact((long)plan.Lowest)} to {Numbers.Compact((long)plan.Highest)}";
}
