using System.Net;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Simulator;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Requests that were refused at a limit, from a machine's report to the switch: heartbeats and reports over HTTP.</summary>
public sealed class SessionLimitHitTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Report_OfARefusedRequest_SwitchesAtOnceAndNotAtTheNextPoll()
    {
        await using var stage = await StartAsync();
        var user = new User(stage, "amara@example.org");
        await stage.TickAsync();
        Assert.Equal(stage.First, await stage.ActiveAsync());

        stage.TakeWakeSignal();
        await user.ReportAsync(limit => limit);
        Assert.True(stage.TakeWakeSignal());
        await HeartbeatAsync(stage);
        await stage.Engine.TickAsync(TestContext.Current.CancellationToken);
        await HeartbeatAsync(stage);
        await HeartbeatAsync(stage);

        Assert.Equal(stage.Second, await stage.ActiveAsync());
        var events = (await stage.EventsAsync()).TakeLast(2).ToList();
        Assert.Equal(["limit_met five_hour", "switched five_hour_exhausted"], events.Select(happened => $"{happened.Kind} {happened.Reason}"));
        Assert.Equal(stage.First, events[0].FromAccount);
        var board = await stage.Rig.Receiver.Service<BoardQuery>().ReadAsync(DataScope.Everybody, TestContext.Current.CancellationToken);
        Assert.Equal((100d, "limit_hit"), board.Accounts.Where(row => row.Id == stage.First).Select(row => (row.FiveHour!.Used, row.FiveHour.Source)).Single());

        await stage.Rig.RestartAsync();
        Assert.Equal(100, (await stage.PictureAsync()).Accounts.Single(account => account.Id == stage.First).FiveHour!.UsedPercent);
    }

    public static TheoryData<string> NoLimits =>
        ["unsigned", "another user's", "no agent's session", "in two config dirs", "before the account was there", "another window's reset", "too far a reset", "a model nobody reads", "not the last try"];

    [Theory]
    [MemberData(nameof(NoLimits))]
    public async Task Report_ThatIsNotAboutTheAccountInUse_MovesNothing(string what)
    {
        await using var stage = await StartAsync();
        var user = new User(stage, "amara@example.org") { HasKey = what != "unsigned" };
        await user.ReportAsync(limit => limit with { Final = false });
        if (what == "in two config dirs")
        {
            using var twin = await stage.Rig.EnrolAsync("build-2", stage.First);
            await HeartbeatAsync(twin);
        }

        await (what switch
        {
            "another user's" => new User(stage, "mallory@example.org").ReportAsync(limit => limit),
            "no agent's session" => user.ReportAsync(limit => limit, session: "s9"),
            "before the account was there" => user.ReportAsync(limit => limit with { AtUtc = limit.AtUtc.AddMinutes(-1) }),
            "another window's reset" => user.ReportAsync(limit => limit with { ResetsAtUtc = limit.ResetsAtUtc!.Value.AddHours(-1) }),
            "too far a reset" => user.ReportAsync(limit => limit with { ResetsAtUtc = limit.AtUtc.AddHours(6) }),
            "a model nobody reads" => user.ReportAsync(limit => limit with { Window = "seven_day_opus" }),
            "not the last try" => user.ReportAsync(limit => limit with { Final = false }),
            _ => user.ReportAsync(limit => limit),
        });
        await stage.TickAsync();

        Assert.Equal(stage.First, await stage.ActiveAsync());
        Assert.DoesNotContain(await stage.EventsAsync(), happened => happened.Kind == RotationEvent.LimitMet);
        Assert.Equal(0L, user.Wire.Scalar<long>("SELECT count(*) FROM fleet_limits"));
    }

    [Theory]
    [InlineData(97, 0, true)]
    [InlineData(99, 0, false)]
    [InlineData(0, 5, true)]
    public async Task NewerPoll_OfAnAccountAtItsLimit_TakesItBackWhereItShowsRoom(double used, int newWindowInHours, bool isBack)
    {
        await using var stage = await StartAsync();
        var user = new User(stage, "amara@example.org");
        await user.ReportAsync(limit => limit);
        await stage.TickAsync();
        Assert.Equal(stage.Second, await stage.ActiveAsync());

        stage.Seen(stage.First, used, 20, 0.3, minutesAgo: -1, fiveHourResetsIn: newWindowInHours == 0 ? 3 : newWindowInHours);
        var state = await stage.PictureAsync();

        Assert.Equal(isBack ? used : 100, state.Accounts.Single(account => account.Id == stage.First).FiveHour!.UsedPercent);
    }

    [Fact]
    public void Limit_WhoseWindowIsOver_IsOfNoAccount()
    {
        var limit = new SessionLimitHit("s1", "five_hour", s_now.AddHours(-1), s_now);

        Assert.False(LimitRule.IsOf(limit, read: false, null, s_now));
        Assert.True(LimitRule.IsOf(limit with { ResetsAt = s_now.AddHours(1) }, read: false, null, s_now));
        Assert.True(LimitRule.IsOf(limit with { ResetsAt = s_now.AddHours(3) }, read: true, s_now.AddHours(-2), s_now)); // a window that started since
        Assert.True(LimitRule.IsOf(limit with { Window = "seven_day_opus", ResetsAt = s_now.AddDays(3) }, read: true, s_now.AddDays(3).AddMinutes(4), s_now));
        Assert.False(LimitRule.IsOf(limit with { Window = "extra_usage", ResetsAt = s_now.AddHours(1) }, read: true, null, s_now));
    }

    [Fact]
    public void Window_WithoutAReading_IsFullUntilTheLimitsReset()
    {
        var window = LimitRule.Of(null, s_now, s_now.AddHours(2));

        Assert.Equal(new WindowState(100, s_now.AddHours(2), s_now), window);
    }

    private static async Task<RotationStage> StartAsync()
    {
        var stage = await RotationStage.StartAsync();
        stage.Seen(stage.First, 20, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);
        return stage;
    }

    private static Task HeartbeatAsync(RotationStage stage) => HeartbeatAsync(stage.Agent);

    private static async Task HeartbeatAsync(SimulatedAgent agent)
    {
        using var answer = await agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(agent.Heartbeat(), FleetJson.Default.Heartbeat));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        agent.Take(JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), FleetJson.Default.HeartbeatReply)!.Commands);
    }

    /// <summary>A user whose turns end at limits.</summary>
    private sealed class User(RotationStage stage, string email)
    {
        private readonly DeviceKey _key = new();
        private string? _access;
        private int _turns;

        public bool HasKey { get; init; } = true;

        public Wire Wire { get; } = Wire.Of(stage.Rig.Receiver, stage.Rig.Time);

        public async Task ReportAsync(Func<LimitEvent, LimitEvent> change, string session = RotationStage.Session)
        {
            if (_access is null)
            {
                _access = await Wire.SignUpAsync(email);
                using var registered = HasKey ? await Wire.RegisterAsync(_access, _key) : null;
            }

            var limit = change(new LimitEvent { AtUtc = Wire.Now, Window = "five_hour", ResetsAtUtc = Wire.Now.AddHours(3), Final = true });
            var turn = A.Turn(session, _turns++, Wire.Now, outcome: TurnOutcome.Failed) with { Models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal), LimitEvents = [limit] };
            await Wire.AssertStoredAsync(await Wire.ReportAsync(_access, A.Batch(turn), HasKey ? _key : null));
        }
    }
}
