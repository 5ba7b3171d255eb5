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
            var known = hours.Skip(new Random(seed + 1).Next(hours.Count)).ToList();
            if (FiveHourWindows.FoldFrom(known, wanted) is not { } from)
            {
                continue;
            }

            Assert.InRange(from, known[0], wanted);
            Assert.Equal(all.Where(start => start >= from), FiveHourWindows.Starts(known.Where(hour => hour >= from)));
        }
    }

    [Fact]
    public void AnAccountActiveInEveryHour_HasAWindowEveryFiveHours()
    {
        var hours = Enumerable.Range(1000, 24 * 365).Select(hour => (long)hour).ToList();

        Assert.Equal(Enumerable.Range(0, 24 * 365 / 5).Select(window => 1000L + (window * 5)), FiveHourWindows.Starts(hours));
        Assert.Null(FiveHourWindows.FoldFrom(hours, 5000));
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, 105L)]
    public void FourEmptyHours_MakeAStartCertain(int later, long? expected) => Assert.Equal(expected, FiveHourWindows.FoldFrom([100, 100 + later], 200));

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
