using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Reports of a request or a turn come in any order, grouping and number, and say the same together.</summary>
public sealed class MergeTests
{
    private static readonly int s_histories = TestDepth.Of(2000, 20_000);

    [Fact]
    public void Requests_AreWhatAllReportsSayTogether()
    {
        for (var seed = 0; seed < s_histories; seed++)
        {
            var random = new RandomReports(seed);
            var first = random.Request();
            List<LedgerRequest> reports = [first, .. Enumerable.Range(0, random.Random.Next(6)).Select(_ => random.Flip() ? random.Like(first) : random.Request())];

            Assert.Equal(ExpectedRequest.Of(reports), InSomeOrder(random, reports, (a, b) => RequestMerge.Merge(a, b)));
        }
    }

    [Fact]
    public void Turns_AreWhatAllReportsSayTogether()
    {
        for (var seed = 0; seed < s_histories; seed++)
        {
            var random = new RandomReports(seed);
            var reports = Enumerable.Range(0, 1 + random.Random.Next(6)).Select(_ => random.Turn(keys: 1)).ToList();

            Assert.Equal(ExpectedRequest.Of(reports), InSomeOrder(random, reports, (a, b) => LedgerTurn.Merge(a, b)));
        }
    }

    [Fact]
    public void RequestMerge_IsAssociativeCommutativeAndIdempotent()
    {
        for (var seed = 0; seed < s_histories; seed++)
        {
            var random = new RandomReports(seed);
            // Not only single reports: a stored row is already a merge.
            var (a, b, c) = (Merged(random), Merged(random), Merged(random));

            Assert.Equal(RequestMerge.Merge(RequestMerge.Merge(a, b), c), RequestMerge.Merge(a, RequestMerge.Merge(b, c)));
            Assert.Equal(RequestMerge.Merge(a, b), RequestMerge.Merge(b, a));
            Assert.Equal(a, RequestMerge.Merge(a, a));
            Assert.Equal(RequestMerge.Merge(a, b), RequestMerge.Merge(RequestMerge.Merge(a, b), b));
        }
    }

    [Fact]
    public void Provenance_IsPackedWithoutLoss()
    {
        for (var seed = 0; seed < s_histories; seed++)
        {
            var request = Merged(new RandomReports(seed));
            var packed = RequestProvenance.Pack(request);

            Assert.Equal(
                (request.Sources, request.NamedBy, request.SplitBy, request.SessionRank, request.IsFinal),
                (RequestProvenance.Sources(packed), RequestProvenance.NamedBy(packed), RequestProvenance.SplitBy(packed), RequestProvenance.SessionRank(packed), RequestProvenance.IsFinal(packed)));
        }
    }

    /// <summary>Stored rows have these numbers.</summary>
    [Theory]
    [InlineData(RequestSources.None, SessionRank.Unknown, false, 10)]
    [InlineData(RequestSources.None, SessionRank.Transcript, true, 330)]
    [InlineData(RequestSources.Hook, SessionRank.RequestSession, false, 170)]
    [InlineData(RequestSources.Telemetry, SessionRank.Telemetry, true, 474)]
    internal void Provenance_IsStoredAs(RequestSources splitBy, SessionRank rank, bool isFinal, int expected)
    {
        var request = new RandomReports(1).Request() with
        {
            Sources = RequestSources.Hook,
            NamedBy = RequestSources.Hook,
            SplitBy = splitBy,
            SessionRank = rank,
            IsFinal = isFinal,
        };

        Assert.Equal(expected, RequestProvenance.Pack(request));
    }

    private static LedgerRequest Merged(RandomReports random) =>
        Enumerable.Range(0, 1 + random.Random.Next(3)).Select(_ => random.Request()).Aggregate((a, b) => RequestMerge.Merge(a, b));

    /// <summary>Merges two of the rest at random until one is left; some come twice.</summary>
    private static T InSomeOrder<T>(RandomReports random, IReadOnlyList<T> reports, Func<T, T, T> merge)
    {
        var rest = reports.Concat(reports.Where(_ => random.Flip())).ToList();
        while (rest.Count > 1)
        {
            var first = Take(random, rest);
            var second = Take(random, rest);
            rest.Add(merge(first, second));
        }

        return rest[0];
    }

    private static T Take<T>(RandomReports random, List<T> rest)
    {
        var at = random.Random.Next(rest.Count);
        var taken = rest[at];
        rest.RemoveAt(at);
        return taken;
    }
}
