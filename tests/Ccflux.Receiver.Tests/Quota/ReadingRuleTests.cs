using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Which readings of an account are stored, and what its windows are afterwards.</summary>
public sealed class ReadingRuleTests
{
    private const string Window = LimitNames.FiveHour;

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Reset = Now.AddHours(3);

    /// <summary>A window at 60 percent, observed at minute 0, and one more reading: its figure, its minute, hours by which its reset is later, and its source.</summary>
    [Theory]
    [InlineData(61, 1, 0, QuotaSource.StatusLine, "stored, newest")]
    [InlineData(60, 1, 0, QuotaSource.StatusLine, "")]
    [InlineData(59, 1, 0, QuotaSource.StatusLine, "")]
    [InlineData(55, 1, 0, QuotaSource.StatusLine, "stored, newest, restarted")]
    [InlineData(10, 1, 5, QuotaSource.StatusLine, "stored, newest")]
    [InlineData(90, 1, -5, QuotaSource.StatusLine, "")]
    [InlineData(60, 1, 0, QuotaSource.OAuth, "stored, newest")]
    [InlineData(59, 1, 0, QuotaSource.OAuth, "stored, newest")]
    [InlineData(55, 1, 0, QuotaSource.OAuth, "stored, newest, restarted")]
    [InlineData(10, 1, 5, QuotaSource.OAuth, "stored, newest")]
    [InlineData(61, 0, 0, QuotaSource.OAuth, "")]
    [InlineData(61, 0, 0, QuotaSource.StatusLine, "")]
    [InlineData(20, -1, 0, QuotaSource.OAuth, "stored")]
    [InlineData(20, -1, 0, QuotaSource.LimitHit, "stored")]
    [InlineData(100, 1, 0, QuotaSource.LimitHit, "stored, newest")]
    public void Reading_OfAKnownWindow(double used, int minute, int hours, string source, string expected)
    {
        var changes = ReadingRule.Decide(Stored(60, QuotaSource.OAuth), source, [At(used, minute, Reset.AddHours(hours))]);

        Assert.Equal(expected, string.Join(", ", changes.Select(Describe)));
    }

    [Fact]
    public void WindowThatIsNew_IsAdded_WithTheLastOfItsReadings()
    {
        var change = Assert.Single(ReadingRule.Decide(Nothing(of: 3), QuotaSource.OAuth, [At(10, 0), At(20, 1), At(15, -1)]));

        Assert.Null(change.WindowId);
        Assert.Equal((20_000L, Now.AddMinutes(1)), (change.Newest.UsedMilli, change.Newest.ObservedAt));
        Assert.Equal([10_000L, 20_000, 15_000], change.Readings.Select(reading => reading.UsedMilli));
    }

    [Fact]
    public void WindowsBeyondTheLimit_AreLeftOut_ButNotTheGeneralOnes()
    {
        var windows = Enumerable.Range(0, ReadingLimits.MaxWindows).Select(i => new StoredWindow(i, At(1, 0) with { Window = $"w{i}" }, QuotaSource.OAuth)).ToList();
        var readings = new[] { "another", LimitNames.SevenDay, "w3", LimitNames.FiveHour, "one_more" }.Select(name => At(50, 1) with { Window = name }).ToList();

        var changes = ReadingRule.Decide(new ReadingFacts(windows, [.. readings.Select(_ => default(PastReading))]), QuotaSource.OAuth, readings);

        Assert.Equal([(3L, "w3"), (null, LimitNames.SevenDay), (null, LimitNames.FiveHour)], changes.Select(change => (change.WindowId, change.Newest.Window)));
    }

    [Fact]
    public void WindowThatRestarted_KeepsItsStartUntilItsReset()
    {
        var fell = Now.AddMinutes(1);
        var change = Assert.Single(ReadingRule.Decide(Stored(60, QuotaSource.OAuth, of: 3), QuotaSource.OAuth, [At(2, 1), At(3, 2), At(4, 3)]));
        var next = Assert.Single(ReadingRule.Decide(Stored(60, QuotaSource.OAuth, of: 2), QuotaSource.OAuth, [At(2, 1), At(3, 2, Reset.AddHours(5))]));

        Assert.Equal((fell, true), (change.Newest.StartedAt, change.HasRestarted));
        Assert.Equal((null, true), (next.Newest.StartedAt, next.HasRestarted));
    }

    [Fact]
    public void Window_ThatALimitHitFilled_DoesNotRestartBelowIt()
    {
        var change = Assert.Single(ReadingRule.Decide(Stored(100, QuotaSource.LimitHit), QuotaSource.StatusLine, [At(70, 1)]));

        Assert.Equal((null, false), (change.Newest.StartedAt, change.HasRestarted));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void FigureThatFellFar_IsStoredUnlessItWasReportedBefore(bool wasReported, int stored)
    {
        var facts = Stored(60, QuotaSource.StatusLine) with { Past = [new PastReading(null, wasReported)] };

        Assert.Equal(stored, ReadingRule.Decide(facts, QuotaSource.StatusLine, [At(20, 1)]).Count);
    }

    [Fact]
    public void FigureThatFellFar_ReportedBeforeInTheSameBatch_IsARepetition()
    {
        var change = Assert.Single(ReadingRule.Decide(Nothing(of: 5), QuotaSource.StatusLine, [At(20, 0), At(60, 1), At(20, 2), At(2, 3), At(60, 4)]));

        Assert.Equal([20_000L, 60_000, 2_000], change.Readings.Select(reading => reading.UsedMilli));
    }

    [Fact]
    public void LateReading_IsComparedWithTheOneBeforeIt()
    {
        var facts = Stored(60, QuotaSource.StatusLine) with { Past = [new PastReading(At(30, -9), WasReported: false)] };

        var later = ReadingRule.Decide(facts, QuotaSource.StatusLine, [At(31, -5)]);
        var same = ReadingRule.Decide(facts, QuotaSource.StatusLine, [At(30, -5)]);
        var known = ReadingRule.Decide(facts, QuotaSource.OAuth, [At(77, -9)]);

        Assert.False(Assert.Single(later).IsNewest);
        Assert.Empty(same);
        Assert.Empty(known);
    }

    [Fact]
    public void InstantsWithinAMillisecond_AreTheSame()
    {
        var readings = new[] { At(10, 0), At(20, 0) with { ObservedAt = Now.AddTicks(5_000) } };

        Assert.Equal([10_000L], Assert.Single(ReadingRule.Decide(Nothing(of: 2), QuotaSource.OAuth, readings)).Readings.Select(reading => reading.UsedMilli));
    }

    /// <summary>Random readings of few figures, instants and resets, so that all of them meet. Each batch is decided at once, and in the other history one by one.</summary>
    [Theory]
    [InlineData(QuotaSource.StatusLine)]
    [InlineData(QuotaSource.OAuth)]
    [InlineData(QuotaSource.LimitHit)]
    public void Batch_IsTheSameAsItsReadingsOneByOne_AndASecondTimeAddsNothing(string source)
    {
        var random = new Random(7);
        for (var round = 0; round < TestDepth.Of(200, 5_000); round++)
        {
            var (batched, single) = (new History(), new History());
            for (var batch = 0; batch < 4; batch++)
            {
                var readings = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Any(random)).ToList();
                batched.Store(source, readings);
                readings.ForEach(reading => single.Store(source, [reading]));
                Assert.Equal(single.Text(), batched.Text());

                if (source is not QuotaSource.StatusLine)
                {
                    Assert.Equal(0, batched.Store(source, readings));
                }
            }
        }
    }

    private static Reading Any(Random random) => new(
        random.Next(3) == 0 ? LimitNames.SevenDay : Window,
        random.Next(8) * 4_000,
        random.Next(6) == 0 ? null : Reset.AddHours(5 * random.Next(2)).AddSeconds(random.Next(3)),
        Now.AddSeconds(random.Next(30)),
        IsFresh: random.Next(3) == 0);

    private static ReadingFacts Nothing(int of) => new([], [.. Enumerable.Repeat(default(PastReading), of)]);

    private static ReadingFacts Stored(double used, string source, int of = 1) => Nothing(of) with { Windows = [new StoredWindow(1, At(used, 0), source)] };

    private static Reading At(double used, int minute, DateTimeOffset? reset = null) => new(Window, Reading.Milli(used), reset ?? Reset, Now.AddMinutes(minute));

    private static string Describe(WindowChange change) =>
        $"stored{(change.IsNewest ? ", newest" : "")}{(change.HasRestarted && change.Newest.StartedAt == change.Newest.ObservedAt ? ", restarted" : "")}";

    /// <summary>What the database would hold of one account.</summary>
    private sealed class History
    {
        private readonly List<StoredWindow> _windows = [];
        private readonly List<(long Window, Reading Reading)> _readings = [];

        /// <returns>How many were new.</returns>
        public int Store(string source, IReadOnlyList<Reading> readings)
        {
            var changes = ReadingRule.Decide(new ReadingFacts([.. _windows], [.. readings.Select(PastOf)]), source, readings);
            foreach (var change in changes)
            {
                var id = change.WindowId ?? _windows.Count;
                _windows.RemoveAll(window => window.WindowId == change.WindowId && change.IsNewest);
                if (change.IsNewest)
                {
                    _windows.Add(new StoredWindow(id, change.Newest with { IsFresh = false }, source));
                }

                _readings.AddRange(change.Readings.Select(reading => (id, reading)));
            }

            Assert.Equal(_readings.Count, _readings.DistinctBy(one => (one.Window, one.Reading.ObservedAt)).Count());
            return changes.Sum(change => change.Readings.Count);
        }

        public string Text() => string.Join('\n', _windows.Select(window => $"{window.Newest} {window.Source}").Order(StringComparer.Ordinal))
            + string.Join('\n', _readings.Select(one => one.Reading.ToString()).Order(StringComparer.Ordinal));

        private PastReading PastOf(Reading reading)
        {
            if (_windows.Find(window => window.Newest.Window == reading.Window) is not { } window)
            {
                return default;
            }

            var past = _readings.Where(one => one.Window == window.WindowId).Select(one => one.Reading).ToList();
            var isLate = reading.ObservedAt < window.Newest.ObservedAt;
            return new PastReading(
                isLate ? past.Where(one => one.ObservedAt <= reading.ObservedAt).OrderBy(one => one.ObservedAt).Select(one => (Reading?)one).LastOrDefault() : null,
                past.Exists(one =>
                    one.UsedMilli == reading.UsedMilli && one.ObservedAt < reading.ObservedAt && (one.ResetsAt - reading.ResetsAt)?.Duration() <= Reading.SameInstance));
        }
    }
}
