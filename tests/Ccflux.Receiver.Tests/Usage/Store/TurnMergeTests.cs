using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Store;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>A turn or an event that is reported again.</summary>
public sealed class TurnMergeTests
{
    private static readonly StoredTurn Known = new(1, 2, 2, 3, StartedAt: 1_000, EndedAt: 9_000, TurnOutcome.Completed, "cli", 7, "1.0", ClockAdjusted: false);

    [Fact]
    public void Merge_LaterReport_MovesTheEndForwardAndKeepsTheStart()
    {
        var merged = TurnMerge.Merge(Known, Known with { StartedAt = 2_000, EndedAt = 9_001, Outcome = TurnOutcome.Failed });

        Assert.Equal((1_000, 9_001, TurnOutcome.Failed), (merged.StartedAt, merged.EndedAt, merged.Outcome));
    }

    [Fact]
    public void Merge_EarlierReport_MovesTheStartBackAndChangesNothingElse()
    {
        var merged = TurnMerge.Merge(Known, Known with { StartedAt = 500, EndedAt = 8_999, Outcome = TurnOutcome.Interrupted, Entrypoint = "sdk", DeviceRef = 8, PluginVersion = "0.9" });

        Assert.Equal(Known with { StartedAt = 500 }, merged);
    }

    [Theory]
    [InlineData(TurnOutcome.Interrupted, TurnOutcome.Failed, TurnOutcome.Failed)]
    [InlineData(TurnOutcome.Failed, TurnOutcome.Completed, TurnOutcome.Completed)]
    [InlineData(TurnOutcome.Interrupted, TurnOutcome.Completed, TurnOutcome.Completed)]
    public void Merge_SameEnd_TakesTheMoreFinalOutcomeWithItsReport(string known, string again, string expected)
    {
        var (first, second) = (Known with { Outcome = known, Entrypoint = "first" }, Known with { Outcome = again, Entrypoint = "second" });

        Assert.Equal((expected, "second"), (TurnMerge.Merge(first, second).Outcome, TurnMerge.Merge(first, second).Entrypoint));
        Assert.Equal((expected, "second"), (TurnMerge.Merge(second, first).Outcome, TurnMerge.Merge(second, first).Entrypoint));
    }

    [Fact]
    public void Merge_SameEndAndOutcome_KeepsWhatIsKnown() =>
        Assert.Equal("cli", TurnMerge.Merge(Known, Known with { Entrypoint = "sdk" }).Entrypoint);

    [Fact]
    public void Merge_NewerReportKnowsLess_KeepsWhatTheOlderOneKnew()
    {
        var merged = TurnMerge.Merge(Known, Known with { EndedAt = 10_000, Entrypoint = null, DeviceRef = null, PluginVersion = null });

        Assert.Equal(("cli", 7L, "1.0"), (merged.Entrypoint, merged.DeviceRef, merged.PluginVersion));
    }

    [Fact]
    public void Merge_NewerReportKnowsMore_TakesIt()
    {
        var merged = TurnMerge.Merge(Known, Known with { EndedAt = 10_000, Entrypoint = "sdk", DeviceRef = 8, PluginVersion = "1.1" });

        Assert.Equal(("sdk", 8L, "1.1"), (merged.Entrypoint, merged.DeviceRef, merged.PluginVersion));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    public void Merge_ClockAdjustedInEither_StaysSo(bool known, bool again, bool expected) =>
        Assert.Equal(expected, TurnMerge.Merge(Known with { ClockAdjusted = known }, Known with { ClockAdjusted = again }).ClockAdjusted);

    [Theory]
    [InlineData(0, 11, true)]
    [InlineData(0, 10, false)]
    [InlineData(0, 9, false)]
    [InlineData(1, 10, true)]
    [InlineData(-1, 10, false)]
    [InlineData(100, 9, false)]
    [InlineData(-100, 11, true)]
    public void Replaces_LargerOutputOrSameOutputAndLargerSum_Does(int moreInput, int output, bool expected) =>
        Assert.Equal(expected, TurnMerge.Replaces(Sums(1_000, 10), Sums(1_000 + moreInput, output)));

    private static UsageSums Sums(long input, long output) => UsageSums.Of(new ModelUsage { InputTokens = input, OutputTokens = output });
}
