using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Windows by hours of activity, against the documented rule applied to every single request.</summary>
public sealed class FiveHourWindowTests
{
    private const long Hour = 3_600_000;

    [Fact]
    public void Windows_EqualTheDocumentedRuleOverRequests()
    {
        for (var seed = 0; seed < TestDepth.Of(1000, 20_000); seed++)
        {
            var instants = Instants(seed);

            Assert.Equal(
                ByTheRule(instants),
                FiveHourWindows.Starts(instants.Select(at => at / Hour).Distinct()).Select(hour => hour * Hour));
        }
    }

    [Fact]
    public void Fold_FromALaterHour_GivesTheSameWindows()
    {
        for (var seed = 0; seed < TestDepth.Of(1000, 20_000); seed++)
        {
            var hours = Instants(seed).Select(at => at / Hour).Distinct().ToList();
            var all = FiveHourWindows.Starts(hours).ToList();
            var wanted = hours[new Random(seed).Next(hours.Count)];
            // All hours from one on are known, which may lie before or among the active ones.
            var knownFrom = hours[0] - 10 + new Random(seed + 1).Next((int)(hours[^1] - hours[0]) + 10);
            var known = hours.Where(hour => hour >= knownFrom).ToList();
            if (FiveHourWindows.FoldFrom(known, knownFrom, wanted) is not { } from)
            {
                continue;
            }

            Assert.True(from <= wanted || from == known[0]);
            Assert.Equal(all.Where(start => start >= from), FiveHourWindows.Starts(known.Where(hour => hour >= from)));
        }
    }

    [Fact]
    public void AnAccountActiveInEveryHour_HasAWindowEveryFiveHours()
    {
        var hours = Enumerable.Range(1000, 24 * 365).Select(hour => (long)hour).ToList();

        Assert.Equal(Enumerable.Range(0, 24 * 365 / 5).Select(window => 1000L + (window * 5)), FiveHourWindows.Starts(hours));
        Assert.Null(FiveHourWindows.FoldFrom(hours, 1000, 5000));
        Assert.Equal(1000, FiveHourWindows.FoldFrom(hours, 996, 5000));
    }

    [Theory]
    [InlineData(4, 97, null)]
    [InlineData(4, 96, 100L)]
    [InlineData(5, 97, 105L)]
    [InlineData(5, 96, 105L)]
    public void FourEmptyHours_MakeAStartCertain(int later, long knownFrom, long? expected) =>
        Assert.Equal(expected, FiveHourWindows.FoldFrom([100, 100 + later], knownFrom, 200));

    [Fact]
    public void AFirstHour_ThatComesLater_IsFoldedFrom() => Assert.Equal(100, FiveHourWindows.FoldFrom([100, 101], 96, 50));

    [Fact]
    public void TheLatestCertainStart_MayBeTheWantedHourItself() => Assert.Equal(105, FiveHourWindows.FoldFrom([100, 105], 96, 105));

    private static List<long> Instants(int seed)
    {
        var random = new Random(seed);
        var longest = (int)(random.Next(4) switch { 0 => 10, 1 => 3 * 60, 2 => 8 * 60, _ => 40 * 60 });
        var instants = new List<long>();
        var at = random.NextInt64(100 * Hour);
        for (var count = random.Next(1, 200); count > 0; count--)
        {
            instants.Add(at);
            at += random.Next(longest * 60_000);
        }

        return instants;
    }

    /// <summary>A request opens a window, at its full hour, if none is open: none was opened in the last five hours.</summary>
    private static List<long> ByTheRule(IEnumerable<long> instants)
    {
        var starts = new List<long>();
        foreach (var at in instants)
        {
            if (starts.Count == 0 || at >= starts[^1] + (5 * Hour))
            {
                starts.Add(at - (at % Hour));
            }
        }

        return starts;
    }
}
