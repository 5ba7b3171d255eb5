using System.Diagnostics;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.StatusLine;

/// <summary>The published program as Claude Code runs it, against a strict receiver on loopback.</summary>
public sealed class StatusLineCommandTests : IAsyncLifetime
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";
    private StubReceiver _receiver = null!;
    private Machine _machine = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await StubReceiver.StartAsync();
        _machine = new Machine(_receiver.Address);
        File.WriteAllText(
            Path.Combine(_machine.Home, ".claude.json"),
            """{"projects":{"/x":{"accountUuid":"not-this"}},"oauthAccount":{"emailAddress":"dev@example.org","nested":{"accountUuid":"nor-this"},"accountUuid":"acc-7f0c"}}""");
    }

    public async ValueTask DisposeAsync()
    {
        await Wait.UntilAsync(() => !DeliverLock.IsTaken(_machine.State.Lock), "deliver ended");
        _machine.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task StatusLine_NewFigures_ArriveSignedOnceWithTheirAccount()
    {
        var result = await LineAsync("""{"five_hour":{"used_percentage":104.5,"resets_at":1795252215},"seven_day_new":{"used_percentage":17}}""");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.StartsWith("Opus 5.5 · 5h ", result.Output, StringComparison.Ordinal);
        await DeliveredAsync();
        var readings = _receiver.Readings.Values.OrderBy(reading => reading.Window, StringComparer.Ordinal).ToArray();
        Assert.Equal([("five_hour", 104.5), ("seven_day_new", 17)], readings.Select(reading => (reading.Window, reading.UsedPercentage)));
        Assert.All(readings, reading => Assert.Equal("acc-7f0c", reading.Account));
        Assert.Equal(1795252215, readings[0].ResetsAt!.Value.ToUnixTimeSeconds());
        Assert.Null(readings[1].ResetsAt);
        var requests = _receiver.Requests.Count;

        await LineAsync("""{"five_hour":{"used_percentage":104.5,"resets_at":1795252215},"seven_day_new":{"used_percentage":17}}""");
        await _machine.DeliverAsync();

        Assert.Equal(requests, _receiver.Requests.Count);
        Assert.DoesNotContain(Machine.Content, _machine.Written(), StringComparison.Ordinal);
        var status = await _machine.RunAsync("status");
        Assert.Contains("acc-7f0c", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusLine_WhereAFleetPutTheLogin_DrawsAndReportsNothing()
    {
        var fleet = new FleetDirectory(_machine.State);
        Directory.CreateDirectory(fleet.Root);
        File.WriteAllText(fleet.Progress, """{"last_command":1,"done":[1],"confirm":[],"refused":[],"held":{"account_id":"a","account_label":"work","fingerprint":"0123456789ab"}}""");

        var result = await LineAsync("""{"five_hour":{"used_percentage":50,"resets_at":1795252215}}""");

        Assert.StartsWith("Opus 5.5 · 5h ", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.State.QuotaReadings));
    }

    [Fact]
    public async Task Deliver_AnswerLostToACrash_SendsAgainAndCountsOnce()
    {
        _receiver.Instead = context => Fail(context, 503);
        await LineAsync("""{"five_hour":{"used_percentage":42}}""");
        await RestedAsync();
        _receiver.Instead = null;

        await _machine.DeliverAsync(Fault.ReadingsAcknowledged);
        Assert.Single(Waiting());
        await _machine.DeliverAsync();

        Assert.Empty(Waiting());
        Assert.Single(_receiver.Readings);
        Assert.Equal(2, _receiver.Requests.Count(request => request.Route is Routes.QuotaReadings));
    }

    [Fact]
    public async Task Deliver_ReceiverThatKnowsNoReadings_IsLeftAloneQuietlyAndGetsItsTurns()
    {
        _receiver.TakesReadings = false;
        await LineAsync("""{"five_hour":{"used_percentage":42}}""");
        await Wait.UntilAsync(() => File.Exists(_machine.State.QuotaRetryAt) && !DeliverLock.IsTaken(_machine.State.Lock), "the receiver refused");
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-5));

        _machine.Spool(Session);
        await _machine.DeliverAsync();
        await _machine.DeliverAsync();

        Assert.Single(_receiver.Turns);
        Assert.Single(_receiver.Requests, request => request.Route is Routes.QuotaReadings);
        Assert.Equal("", _machine.Log(_machine.State.ErrorLog));
    }

    [Fact]
    public async Task Deliver_ReadingRefusedForGood_DropsItAndSendsTheOthers()
    {
        _receiver.Instead = context => Fail(context, 503);
        await LineAsync("""{"five_hour":{"used_percentage":42},"seven_day":{"used_percentage":7},"other":{"used_percentage":1}}""");
        await RestedAsync();
        _receiver.Instead = context => context.Request.Path == Routes.QuotaReadings
            && _receiver.Requests.Last().Body.Contains("seven_day", StringComparison.Ordinal)
            && Fail(context, 400, ErrorCodes.InvalidPayload);

        await _machine.DeliverAsync();

        Assert.Equal(["five_hour", "other"], _receiver.Readings.Values.Select(reading => reading.Window).Order(StringComparer.Ordinal));
        Assert.Empty(Waiting());
    }

    [Fact]
    public async Task StatusLine_WhilePaused_IsNeverSent()
    {
        await _machine.RunAsync("pause");
        await LineAsync("""{"five_hour":{"used_percentage":42}}""");
        Assert.Single(Waiting());
        await _machine.RunAsync("resume");

        var watch = Stopwatch.StartNew();
        while (Waiting().Count > 0)
        {
            Assert.True(watch.Elapsed < TestDeadline.Ample);
            await _machine.DeliverAsync(); // the deliver that the line started may still hold the lock
        }

        Assert.Empty(_receiver.Readings);
    }

    [Theory]
    [InlineData("cat >/dev/null; echo theirs; echo two", "theirs\ntwo\nOpus 5.5 · context 2%\n")]
    [InlineData("printf theirs; echo noise >&2; exit 3", "theirs\nOpus 5.5 · context 2%\n")]
    [InlineData("exit 1", "Opus 5.5 · context 2%\n")]
    public async Task StatusLine_InnerCommand_ItsOutputComesFirstAndItsFailureIsHarmless(string inner, string expected)
    {
        var result = await HookProgram.RunAsync(["statusline", "--", "/bin/sh", "-c", inner], _machine.Environment, Fixture());

        Assert.Equal(new ProgramResult(0, expected, ""), result);
    }

    [Fact]
    public async Task StatusLine_InnerCommand_GetsTheSameInput()
    {
        var result = await HookProgram.RunAsync(["statusline", "--", "/bin/cat"], _machine.Environment, Fixture());

        Assert.StartsWith(Fixture().TrimEnd(), result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusLine_InnerCommandThatNeverEnds_IsCutOff()
    {
        var watch = Stopwatch.StartNew();

        var result = await HookProgram.RunAsync(["statusline", "--", "/bin/sh", "-c", "echo early; sleep 60"], _machine.Environment, Fixture());

        Assert.Equal(new ProgramResult(0, "early\nOpus 5.5 · context 2%\n", ""), result);
        Assert.InRange(watch.Elapsed.TotalSeconds, 2, 15);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("{\"rate_limits\":{\"a\":{\"used_percentage\":1e999}}}")]
    public async Task StatusLine_BadInput_PrintsNothing(string input) =>
        Assert.Equal(new ProgramResult(0, "", ""), await HookProgram.RunAsync(["statusline"], _machine.Environment, input));

    [Fact]
    public async Task StatusLine_StateThatCannotBeWritten_StillDraws()
    {
        Directory.CreateDirectory(_machine.State.QuotaReadings);

        var result = await LineAsync("""{"five_hour":{"used_percentage":42}}""");

        Assert.Equal(new ProgramResult(0, "Opus 5.5 · 5h ███░░░░░ 42%\n", ""), result);
    }

    private static string Fixture() => File.ReadAllText(Path.Combine(HookProgram.Root, "tests", "fixtures", "claude-code", "statusline", "after-answer.json"));

    private static bool Fail(Microsoft.AspNetCore.Http.HttpContext context, int status, string code = "")
    {
        StubReceiver.Refuse(context, status, code);
        return true;
    }

    private List<Ccflux.Contracts.Quota.ReportedReading> Waiting() => new ReadingSpool(_machine.State).Read().Waiting;

    private Task<ProgramResult> LineAsync(string limits) => HookProgram.RunAsync(
        ["statusline"],
        _machine.Environment,
        $$"""{"session_id":"{{Session}}","transcript_path":"{{_machine.Transcript(Session)}}","cwd":"/{{Machine.Content}}","model":{"display_name":"Opus 5.5"},"rate_limits":{{limits}}}""");

    private Task DeliveredAsync() => Wait.UntilAsync(() => !_receiver.Readings.IsEmpty && Waiting().Count == 0 && !DeliverLock.IsTaken(_machine.State.Lock), "the readings arrive");

    /// <summary>The first attempt failed; the wait after it is cut short.</summary>
    private async Task RestedAsync()
    {
        await Wait.UntilAsync(() => File.Exists(_machine.State.QuotaRetryAt) && !DeliverLock.IsTaken(_machine.State.Lock), "the first try failed");
        File.Delete(_machine.State.QuotaRetryAt);
    }
}
