using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>A session that ccflux 0.1 started and the new plugin continues is counted once.</summary>
public sealed class SupersedeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Report_SchemaTwoTurns_TakeThePlaceOfTheReportsTheyCover()
    {
        await using var store = new StoreUnderTest();
        await LegacyAsync(store, 0, Noon.AddMinutes(1));
        await LegacyAsync(store, 1, Noon.AddMinutes(11));
        await LegacyAsync(store, 2, Noon.AddHours(-30));

        await store.ReportAsync(1, Turn(0, 0), Turn(1, 10), Turn(2, 20));
        await LegacyAsync(store, 3, Noon.AddMinutes(21));

        Assert.Equal(["1|2", "2|0", "2|1", "2|2"], store.Rows("SELECT schema_version, turn_index FROM turns ORDER BY 1, 2"));
        Recount.AssertExact(store.DatabasePath);
    }

    [Fact]
    public async Task Report_SchemaOneOfATimeTheTranscriptDoesNotReach_Stays()
    {
        await using var store = new StoreUnderTest();
        await store.ReportAsync(1, Turn(0, 0), Turn(2, 20));
        await LegacyAsync(store, 0, Noon.AddMinutes(11));
        await LegacyAsync(store, 1, Noon.AddHours(5));

        Assert.Equal(["1|0", "1|1", "2|0", "2|2"], store.Rows("SELECT schema_version, turn_index FROM turns ORDER BY 1, 2"));

        await store.ReportAsync(1, Turn(1, 10));

        Assert.Equal(["1|1", "2|0", "2|1", "2|2"], store.Rows("SELECT schema_version, turn_index FROM turns ORDER BY 1, 2"));
        Recount.AssertExact(store.DatabasePath);
    }

    [Fact]
    public async Task Report_OtherUsersOrSessions_AreNotTouched()
    {
        await using var store = new StoreUnderTest();
        await store.ReportLegacyAsync(2, A.Turn("s", 0, Noon, duration: TimeSpan.Zero));
        await store.ReportLegacyAsync(1, A.Turn("other", 0, Noon, duration: TimeSpan.Zero));

        await store.ReportAsync(1, Turn(0, 0));

        Assert.Equal(3, store.Rows("SELECT 1 FROM turns").Count);
    }

    [Theory]
    [InlineData(0, 0, false, true)]
    [InlineData(SupersedeRule.AfterEnd, 0, false, true)]
    [InlineData(SupersedeRule.AfterEnd + 1, 0, false, false)]
    [InlineData(3_600_000, 0, true, true)]
    public void Covers_InsideTheTurnOrBeforeAKnownOne(long reportedAt, long endedAt, bool nextKnown, bool covered)
    {
        Assert.Equal(covered, SupersedeRule.Covers(reportedAt, endedAt, nextKnown));
    }

    private static TurnReport Turn(int index, int minute) =>
        A.Turn("s", index, Noon.AddMinutes(minute + 1).AddMilliseconds(300), duration: TimeSpan.FromMinutes(1));

    private static Task<StoreResult> LegacyAsync(StoreUnderTest store, int index, DateTimeOffset at) => store.ReportLegacyAsync(1, A.Turn("s", index, at, duration: TimeSpan.Zero));
}
