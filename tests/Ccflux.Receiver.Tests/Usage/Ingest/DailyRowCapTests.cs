using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>What one user can add to the database per day is bounded, and where it grows is reported.</summary>
public sealed class DailyRowCapTests
{
    [Fact]
    public async Task Facts_BeyondTheDaysCap_WaitForTheNextDay_AndKnownOnesPass()
    {
        await using var wire = await Wire.StartAsync(("MAX_REQUESTS_PER_DAY", "10"));
        var refresh = await wire.AddUserAsync();
        var (amara, bo) = (await wire.AccessAsync(refresh), await wire.SignUpAsync("bo@example.org"));
        var first = Turns(wire, 0, 4);
        await Wire.AssertStoredAsync(await wire.ReportAsync(amara, A.Batch(first)));

        // A turn and its request are two facts.
        await Wire.AssertRefusedAsync(await wire.ReportAsync(amara, A.Batch(Turns(wire, 4, 2))), 429, ErrorCodes.DailyCap);
        Assert.Equal(8, (await Wire.AssertStoredAsync(await wire.ReportAsync(amara, A.Batch(first)))).Unchanged);
        await Wire.AssertStoredAsync(await wire.ReportAsync(amara, A.Batch([.. first, .. Turns(wire, 4, 1)])));
        await Wire.AssertStoredAsync(await wire.ReportAsync(bo, A.Batch(Turns(wire, 0, 5))));
        wire.Time.Advance(TimeSpan.FromHours(13));
        await Wire.AssertStoredAsync(await wire.ReportAsync(await wire.AccessAsync(refresh), A.Batch(Turns(wire, 5, 5))));
    }

    [Fact]
    public async Task Limits_CountAsFacts_AndKnownOnesPass()
    {
        await using var wire = await Wire.StartAsync(("MAX_REQUESTS_PER_DAY", "5"));
        var access = await wire.SignUpAsync();
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(WithLimits(wire, 3))));

        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(WithLimits(wire, 3))));
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Batch(WithLimits(wire, 4))), 429, ErrorCodes.DailyCap);
        Assert.Equal(3, wire.Scalar<long>("SELECT count(*) FROM limit_events"));
    }

    [Fact]
    public async Task Cap_AfterARestart_StillCounts()
    {
        var time = new ManualTime();
        var receiver = await RunningReceiver.StartAsync(time, ("MAX_REQUESTS_PER_DAY", "10"));
        var wire = Wire.Of(receiver, time);
        var access = await wire.SignUpAsync();
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(Turns(wire, 0, 5))));
        await receiver.StopAsync();

        await using var next = await RunningReceiver.StartAsync(_ => { }, receiver.Folder, time, ("MAX_REQUESTS_PER_DAY", "10"));
        wire = Wire.Of(next, time);
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Batch(Turns(wire, 5, 1))), 429, ErrorCodes.DailyCap);
    }

    [Fact]
    public async Task Database_LargerThanTheSetting_IsToldToTheLogThePageAndTheMetrics()
    {
        await using var wire = await Wire.StartAsync(("DATABASE_WARN_MB", "1"));
        var size = wire.Receiver.Service<DatabaseSize>();
        Assert.Null(size.Warning);
        wire.ByHand("CREATE TABLE filler AS SELECT randomblob(3000000) AS bytes");

        await size.LookAsync(TestContext.Current.CancellationToken);
        await size.LookAsync(TestContext.Current.CancellationToken);

        Assert.Single(wire.Receiver.LogLines, line => line.Contains("DATABASE_WARN_MB", StringComparison.Ordinal));
        Assert.Contains("DATABASE_WARN_MB=1", await PageAsync(wire, "/admin/"), StringComparison.Ordinal);
        Assert.Matches("ccflux_database_size_bytes [3-9][0-9]{6}", await PageAsync(wire, "/metrics"));
    }

    [Fact]
    public async Task Database_ThatGrowsFast_IsTold()
    {
        await using var wire = await Wire.StartAsync(("DATABASE_WARN_GROWTH_MB", "1"));
        var size = wire.Receiver.Service<DatabaseSize>();
        // The receiver's own first sample may come later than the growth.
        await size.LookAsync(TestContext.Current.CancellationToken);
        wire.ByHand("CREATE TABLE filler AS SELECT randomblob(3000000) AS bytes");

        await size.LookAsync(TestContext.Current.CancellationToken);

        Assert.Contains("within a day", size.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_OfOneUserForgotten_LeavesEverybodyElsesFiguresExact()
    {
        await using var history = await History.RandomAsync(seed: 3, users: 3, turns: 700, days: 30);
        var removal = history.Receiver.Service<UsageRemoval>();

        var (result, turns) = await removal.ForgetAsync(Actor.Cli, " Person2@example.org");
        var (unknown, none) = await removal.ForgetAsync(Actor.Cli, "nobody@example.org");

        Assert.True(result.IsOk);
        Assert.True(turns > 50);
        Assert.Equal((AccountFault.UnknownUser, 0), (unknown.Fault, none));
        Recount.AssertExact(history.Receiver.DatabasePath);
        var wire = Wire.Of(history.Receiver, history.Time);
        foreach (var table in new[] { "requests", "turns", "turn_models", "sessions", "usage_hours", "user_hours", "session_hours", "active_hours", "usage_days", "event_days", "user_days", "session_days", "usage_totals", "event_totals", "user_totals" })
        {
            Assert.Equal(0, wire.Scalar<long>($"SELECT count(*) FROM {table} WHERE user_id = 2"));
            Assert.True(wire.Scalar<long>($"SELECT count(*) FROM {table} WHERE user_id = 1") > 0, table);
        }

        Assert.Equal("person2@example.org", wire.Scalar<string>("SELECT target FROM audit_log WHERE action = 'user.forget-usage'"));
    }

    private static async Task<string> PageAsync(Wire wire, string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", RunningReceiver.AdminToken);
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await wire.Receiver.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private static TurnReport[] Turns(Wire wire, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(index => A.Turn("s", index, wire.Now.AddMinutes(-index)))];

    private static TurnReport WithLimits(Wire wire, int limits) => A.Turn("s", 0, wire.Now) with
    {
        LimitEvents = [.. Enumerable.Range(0, limits).Select(limit => new LimitEvent { AtUtc = wire.Now.AddMinutes(-10).AddSeconds(limit) })],
    };
}
