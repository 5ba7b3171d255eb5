using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Composition;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Under the organisation's token, a sender merely states who it is: nothing counts until it is known whose it is, and it counts no longer when that is taken back.</summary>
public sealed class LedgerOfSubjectsTests
{
    private const string Amara = "amara@example.org";
    private const string Id = "req_011CSHoEeqs5C35K2UUqR7Fy";
    private const string Another = "req_011CSHoEeqs5C35K2UUqR7Fz";
    private const string Figures = "SELECT sum(requests), sum(input_tokens), sum(output_tokens) FROM usage_totals WHERE user_id = 1";

    private static readonly (string, object) s_claim = ("user.email", Amara);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClaimedAddress_AddsNothing_AndIsComparedByRequest(bool hookFirst)
    {
        await using var both = await BothSources.StartAsync();
        foreach (var hook in new[] { hookFirst, !hookFirst })
        {
            await (hook ? both.HookAsync(BothSources.Key(Id)) : SendAsync(both, both.Event(Id, s_claim), both.Event(Another, s_claim, ("query_source", "compact"))));
        }

        await MetricsAsync(both, s_claim);

        Assert.Equal(["1|10|20"], both.Rows(Figures));
        Assert.Equal(["0|2|1", "7|1|3"], both.Rows("SELECT hidden, provenance & 3, count(*) FROM requests GROUP BY hidden, provenance & 3"));
        var (none, one) = (RequestCount.None, new RequestCount(1, 100));
        Assert.Equal(
            [
                new RequestsBySource(RequestOrigin.Main, one, none, none, none), new RequestsBySource(RequestOrigin.Compaction, none, none, none, one),
                new RequestsBySource(RequestOrigin.Metrics, none, none, none, new RequestCount(0, 5)),
            ],
            await SourcesAsync(both));
        Assert.Equal(0, await MoveAsync(both));
        await both.CheckAsync();
    }

    [Fact]
    public async Task ATrustedClaim_Counts_OnceWithTheHook()
    {
        await using var both = await BothSources.StartAsync(("TRUST_CLAIMED_EMAIL", "1"));
        await SendAsync(both, both.Event(Id, s_claim), both.Event(Another, s_claim), both.Event("req_of_nobody", ("user.email", "nobody@example.org")));
        Assert.Equal(["2|20|40"], both.Rows(Figures));

        await both.HookAsync(BothSources.Key(Id));

        Assert.Equal(["2|20|40"], both.Rows(Figures));
        Assert.Equal(["0|2|0", "0|1|1", "6|1|1", "7|1|1"], both.Rows("SELECT hidden, provenance & 3, subject_id <> 0 FROM requests ORDER BY hidden, subject_id"));
        await both.CheckAsync();
    }

    [Fact]
    public async Task AnInstallationsUsage_FollowsIt_ToTheUserAndBack()
    {
        await using var both = await BothSources.StartAsync();
        await both.HookAsync(BothSources.Key(Id));
        await SendAsync(both, both.Event(Id), both.Event(Another));
        var installation = long.Parse(Assert.Single(both.Rows("SELECT subject_id FROM telemetry_subjects WHERE kind = 'install'")), CultureInfo.InvariantCulture);
        Assert.Equal(["1|10|20"], both.Rows(Figures));

        await AssignAsync(both, installation, Amara);
        Assert.Equal(["2|20|40"], both.Rows(Figures));
        await both.CheckAsync();
        Assert.Equal([new RequestsBySource(RequestOrigin.Main, new RequestCount(1, 100), RequestCount.None, new RequestCount(1, 100), RequestCount.None)], Sorted(await SourcesAsync(both)));

        // What comes meanwhile counts at once.
        await SendAsync(both, both.Event("req_third"));
        await MetricsAsync(both, ("user.id", "install-1"));
        Assert.Equal(["3|30|60"], both.Rows(Figures));

        await AssignAsync(both, installation, null);
        Assert.Equal(["1|10|20"], both.Rows(Figures));
        Assert.Equal([$"{-installation}|7|4"], both.Rows("SELECT user_id, hidden, count(*) FROM requests WHERE subject_id <> 0 GROUP BY user_id, hidden"));
        await both.CheckAsync();
    }

    private static async Task AssignAsync(BothSources both, long installation, string? email)
    {
        Assert.True((await both.Wire.Receiver.Service<InstallationMapping>().MapAsync(Actor.System, installation, email)).IsOk);
        await MoveAsync(both);
    }

    private static Task<int> MoveAsync(BothSources both) => both.Wire.Receiver.Service<SubjectMoves>().MoveAsync(TestContext.Current.CancellationToken);

    private static Task<IReadOnlyList<RequestsBySource>> SourcesAsync(BothSources both) =>
        both.Wire.Receiver.Service<IRequestSources>().ReadAsync(Amara, 0, both.Wire.Now.ToUnixTimeMilliseconds(), DataScope.Everybody, TestContext.Current.CancellationToken);

    /// <summary>Not stated and stated origins as one row.</summary>
    private static IReadOnlyList<RequestsBySource> Sorted(IReadOnlyList<RequestsBySource> rows) =>
        [rows.Aggregate((sum, row) => new RequestsBySource(
            RequestOrigin.Main, sum.Both + row.Both, sum.HookOnly + row.HookOnly, sum.TelemetryOnly + row.TelemetryOnly, sum.NotCounted + row.NotCounted))];

    private static async Task SendAsync(BothSources both, params JsonObject[] events)
    {
        using var response = await both.PostAsync(OtlpHost.Token, events);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task MetricsAsync(BothSources both, (string, object) who)
    {
        var time = both.Wire.Now.AddMinutes(-30);
        using var response = await both.Wire.SendAsync(
            "/v1/metrics", OtlpHost.Token, Encoding.UTF8.GetBytes(Otlp.Tokens(cumulative: false, Otlp.Point(5L, time.AddMinutes(-1), time, BothSources.Session, who))));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
