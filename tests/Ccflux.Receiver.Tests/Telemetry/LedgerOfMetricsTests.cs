using System.Text.Json.Nodes;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What metrics say counts only where no request is known that they may be about.</summary>
public sealed class LedgerOfMetricsTests
{
    private const string Id = "req_011CSHoEeqs5C35K2UUqR7Fy";

    private const string Figures = "SELECT requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens FROM usage_totals WHERE user_id = 1";

    [Fact]
    public async Task MetricsAlone_CountAsTokensWithoutARequest()
    {
        await using var both = await BothSources.StartAsync();
        var time = Start(both);
        JsonObject[] points =
        [
            Point(3, time, type: "input"), Point(5, time), Point(7, time, type: "cacheRead"), Point(11, time, type: "cacheCreation"),
            Point(2, time.AddMinutes(1)), Point(13, time.AddMinutes(20)), Point(4, time, model: "claude-haiku-5"), Point(0, time.AddMinutes(2)),
        ];

        await both.MetricsAsync([.. points.Select(point => (JsonObject)point.DeepClone())]);
        await both.MetricsAsync(points);

        Assert.Equal(["0|0|4|0|0", "0|3|20|7|11"], both.Rows(Figures + " ORDER BY output_tokens"));
        Assert.Equal(["8|0|2|3"], both.Rows("SELECT min(origin), max(hidden), count(DISTINCT at), count(*) FROM requests"));
        Assert.Equal([$"{BothSources.Session}|0|24|3"], both.Rows("SELECT session_id, requests, output_tokens, facts FROM sessions"));
        Assert.Equal(["1|0"], both.Rows("SELECT count(*), sum(requests) FROM usage_windows"));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task TheFirstRequestOfASession_TakesItsMetricsOut_AndThoseOfNoOther(int place)
    {
        await using var both = await BothSources.StartAsync();
        var time = Start(both);
        for (var step = 0; step < 3; step++)
        {
            await (step == place ? both.HookAsync(BothSources.Key(Id)) : both.MetricsAsync(Point(100, time.AddHours(-step)), Point(1000, time.AddHours(-step), "another")));
        }

        // The other session's metrics are of the same hours.
        Assert.Equal(["1|10|2020|30|40"], both.Rows(Figures));
        Assert.Equal(["0|2", "5|2"], both.Rows("SELECT hidden, count(*) FROM requests WHERE origin = 8 GROUP BY hidden"));
        await both.CheckAsync();
    }

    [Fact]
    public async Task EventsAndMetrics_CountOnce()
    {
        await using var both = await BothSources.StartAsync();
        await both.MetricsAsync(Point(20, Start(both)), Point(10, Start(both), type: "input"));
        await both.EventsAsync(both.Event(Id));
        await both.MetricsAsync(Point(20, Start(both).AddMinutes(5)));

        Assert.Equal(["1|10|20|30|40"], both.Rows(Figures));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData(-121, true)]
    [InlineData(-61, true)]
    [InlineData(-60, false)]
    [InlineData(0, false)]
    [InlineData(119, false)]
    [InlineData(120, true)]
    public async Task WithoutASession_AnHourAndItsTwoNeighboursDecide(int minutes, bool counts)
    {
        // A point within the hour that starts here.
        await using var both = await BothSources.StartAsync();
        var now = both.Wire.Now;
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(-4);
        await both.MetricsAsync(Point(100, hour.AddMinutes(30), session: null));
        Assert.Equal(["0|0|100|0|0"], both.Rows(Figures));

        await both.HookAsync(BothSources.Key(Id), at: hour.AddMinutes(minutes).ToUnixTimeMilliseconds());

        Assert.Equal([counts ? "1|10|120|30|40" : "1|10|20|30|40"], both.Rows(Figures));
        await both.CheckAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AQuarterOfAnHourWithAPause_IsLeftOut(bool pauseFirst)
    {
        await using var both = await BothSources.StartAsync();
        var quarter = Start(both);
        foreach (var pause in new[] { pauseFirst, !pauseFirst })
        {
            await (pause
                ? both.PauseAsync(quarter.AddMinutes(14).ToUnixTimeMilliseconds(), quarter.AddMinutes(20).ToUnixTimeMilliseconds())
                : both.MetricsAsync(Point(1, quarter.AddMinutes(-1)), Point(10, quarter.AddMinutes(1)), Point(100, quarter.AddMinutes(16)), Point(1000, quarter.AddMinutes(31))));
        }

        Assert.Equal(["0|0|1001|0|0"], both.Rows(Figures));
        await both.CheckAsync();
    }

    /// <summary>The start of a quarter of an hour, some hours ago.</summary>
    private static DateTimeOffset Start(BothSources both) => DateTimeOffset.FromUnixTimeMilliseconds(both.Wire.Now.AddHours(-3).ToUnixTimeMilliseconds() / 900_000 * 900_000);

    private static JsonObject Point(
        long value, DateTimeOffset time, string? session = BothSources.Session, string type = "output", string model = "claude-opus-5-5", params (string Key, object Value)[] more) =>
        Otlp.Point(value, time.AddMinutes(-1), time, session, [("type", type), ("model", model), .. more]);
}
