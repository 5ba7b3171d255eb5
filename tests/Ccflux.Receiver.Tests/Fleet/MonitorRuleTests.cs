using Ccflux.Receiver.Fleet.Monitors;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What alerts say about an outage, and the known state of a monitor.</summary>
public sealed class MonitorRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Watched Target = OwnMonitorView.Of(new MonitorTarget("API", new Uri("https://api.example.org/secret-path")), null, Now);

    [Fact]
    public void Outage_IsToldOnceItWasSeenTwiceAndOnceWhenItEnds()
    {
        // . up, s slow, d down, ? unseen
        var told = new List<(int, string)>();
        MonitorRecord? record = null;
        const string Course = "..d.dd?dd.?d?d..";
        for (var minute = 0; minute < Course.Length; minute++)
        {
            var state = Course[minute] switch { '.' => MonitorState.Up, 'd' => MonitorState.Down, _ => MonitorState.Unknown };
            (record, var notice) = MonitorRule.Next("API", record, new CheckResult(state, "answered 500"), Now.AddMinutes(minute));
            if (notice is not null)
            {
                told.Add((minute, notice));
            }
        }

        Assert.Equal([(5, "API is down: answered 500."), (9, "API is up again."), (13, "API is down: answered 500."), (14, "API is up again.")], told);
        Assert.Equal(Now.AddMinutes(14), record!.Since);
    }

    [Fact]
    public void OwnMonitor_CountsUptimeByChecksAndSaysHowMuchOfTheDayItSaw()
    {
        var slot = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;
        var start = Now.AddHours(-2).ToUnixTimeMilliseconds();
        SlotRow[] slots = [new() { SlotAt = start, Up = 15 }, new() { SlotAt = start + slot, Up = 10, Slow = 2, Down = 3 }, new() { SlotAt = start + (5 * slot), Up = 9, Slow = 1 }];
        var row = new MonitorRow { State = "up", Detail = "answered 200", TookMs = 12, CheckedAt = Now.AddSeconds(-30).ToUnixTimeMilliseconds(), Since = start };

        var view = OwnMonitorView.Of(Target, row, slots, TimeSpan.FromSeconds(60), Now);

        Assert.Equal(MonitorState.Up, view.State);
        Assert.Equal(37.0 / 40, view.Uptime);
        Assert.Equal(3.0 / 96, view.Seen);
        Assert.Equal([HourState.Bad, HourState.Warning], view.Hours.TakeLast(2));
        Assert.All(view.Hours.SkipLast(2), hour => Assert.Equal(HourState.Unseen, hour));
        Assert.DoesNotContain("secret", view.What, StringComparison.Ordinal);
    }

    [Fact]
    public void OwnMonitor_NotCheckedForAWhile_IsUnknown()
    {
        var row = new MonitorRow { State = "up", Detail = "answered 200", CheckedAt = Now.AddMinutes(-4).ToUnixTimeMilliseconds() };

        Assert.Equal(MonitorState.Unknown, OwnMonitorView.Of(Target, row, [], TimeSpan.FromSeconds(60), Now).State);
        Assert.Null(OwnMonitorView.Of(Target, row, [], TimeSpan.FromSeconds(60), Now).Uptime);
        Assert.Equal(MonitorState.Unknown, OwnMonitorView.Unchecked(Target).State);
    }

    [Fact]
    public void KumasMonitor_IsWhatItsNewestCheckSaysWhileThatIsNew()
    {
        var up = new KumaMonitor("API", "http", 0.998, [new(Now.AddMinutes(-2), MonitorState.Down), new(Now.AddMinutes(-1), MonitorState.Up)]);
        var snapshot = new KumaSnapshot(Now, [up], null);

        Assert.Equal(MonitorState.Up, KumaView.Of(up, snapshot, Now).State);
        Assert.Equal(0.998, KumaView.Of(up, snapshot, Now).Uptime);
        Assert.Equal(HourState.Bad, KumaView.Of(up, snapshot, Now).Hours[^1]);
        Assert.Equal(MonitorState.Unknown, KumaView.Of(up, snapshot, Now.AddHours(1)).State);
        Assert.Equal(MonitorState.Unknown, KumaView.Of(up, snapshot with { Fault = "no connection" }, Now).State);
        Assert.Equal(MonitorState.Unknown, KumaView.Of(up with { Heartbeats = [] }, snapshot, Now).State);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("API=https://api.example.org/health?a=b", 1)]
    [InlineData(" a = https://a.example.org , b=https://b.example.org,", 2)]
    [InlineData("https://api.example.org", null)]
    [InlineData("a=https://a.example.org,A=https://b.example.org", null)]
    [InlineData("a=nowhere", null)]
    [InlineData("=https://a.example.org", null)]
    public void Targets_AreNamesAndAddresses(string text, int? count) => Assert.Equal(count, MonitorTarget.Parse(text)?.Count);
}
