using System.Text;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

/// <summary>The published program against a strict receiver on loopback.</summary>
public sealed class DeliverTests : IAsyncLifetime
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddHours(-3);

    private StubReceiver _receiver = null!;
    private Machine _machine = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await StubReceiver.StartAsync();
        _machine = new Machine(_receiver.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _machine.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task HookEvent_NewTurn_ArrivesSignedOnceAndLeavesNothingBehind()
    {
        _machine.AddTurn(Session, s_start, output: 123);

        await _machine.HookAsync(Session);
        await Wait.UntilAsync(() => _receiver.Stored.Count == 1 && new FileInfo(_machine.State.Spool).Length == 0, "the turn arrives");

        var stored = Assert.Single(_receiver.Stored).Value;
        Assert.Equal(LedgerKey.OfRequest(Encoding.ASCII.GetBytes($"req_{Session}_0")), stored.Request.Key);
        Assert.Equal((Session, Machine.Model, false), (stored.Session, stored.Model, stored.Backfill));
        Assert.Equal((5L, 123L, 1000L, 20L, 10L), (stored.Request.Input, stored.Request.Output, stored.Request.CacheRead, stored.Request.CacheWrite5m, stored.Request.CacheWrite1h));
        Assert.Equal((RequestFlags.Split | RequestFlags.ApiId, RequestOrigin.Main, s_start.AddSeconds(2).ToUnixTimeMilliseconds()), (stored.Request.Flags, stored.Request.Origin, stored.Request.At));
        var turn = Assert.Single(_receiver.Turns).Value;
        Assert.Equal((stored.Turn, s_start.ToUnixTimeMilliseconds(), stored.Request.At, TurnOutcome.Completed), (turn.Key, turn.Started, turn.Ended, turn.Outcome));
        Assert.Single(turn.Prompts!);
        Assert.Equal(1, _receiver.TokensIssued);
        Assert.Single(_receiver.Keys);
        Assert.False(File.Exists(_machine.State.Outbox));
        Assert.Equal(1, _receiver.Reports);
        Assert.All(_receiver.Requests, request => Assert.DoesNotContain(Machine.Content, request.Body, StringComparison.Ordinal));
        Assert.DoesNotContain(Machine.Content, _machine.Written(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_machine.State.SigningKey));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_machine.State.TokenCache));
        }
    }

    [Fact]
    public async Task Deliver_NothingNew_AsksNothing()
    {
        await OneTurnDelivered();
        var requests = _receiver.Requests.Count;

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal(requests, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Deliver_NextTurn_ReportsOnlyThat()
    {
        await OneTurnDelivered();

        _machine.AddTurn(Session, s_start.AddMinutes(5), output: 7);
        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal([100, 7], _receiver.Outputs());
        Assert.Equal(2, _receiver.Turns.Count);
        var key = LedgerKeyConverter.Text(_receiver.Stored.Values.MinBy(stored => stored.Request.At)!.Request.Key);
        Assert.Single(_receiver.Requests, request => request.Body.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_ReceiverAway_WhatWasReadWaits_AndArrivesWithItsOwnTimes()
    {
        var address = new Uri(_receiver.Address);
        await _receiver.DisposeAsync();
        for (var i = 0; i < 700; i++)
        {
            _machine.AddTurn(Session, s_start.AddSeconds(i * 10), output: i + 1);
        }

        _machine.Spool(Session);
        await _machine.DeliverAsync();
        Assert.InRange(new OutboxFile(_machine.State).Waiting, 700 * 50, 700 * 300);
        var status = await _machine.RunAsync("status");
        Assert.Contains($"Waiting      {new OutboxFile(_machine.State).Waiting} bytes of 16 MB", status.Output, StringComparison.Ordinal);
        File.Delete(_machine.Transcript(Session));

        _receiver = await StubReceiver.StartAsync(address.Port);
        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal(Enumerable.Range(1, 700).Select(i => (long)i), _receiver.Outputs());
        Assert.Equal(Enumerable.Range(0, 700).Select(i => s_start.AddSeconds(i * 10).ToUnixTimeMilliseconds()), _receiver.Turns.Values.Select(turn => turn.Started).Order());
        Assert.False(File.Exists(_machine.State.Outbox));
        Assert.InRange(_receiver.Reports, 2, 20);
    }

    [Fact]
    public async Task Deliver_OutboxFull_LeavesTheTranscriptUnread_AndStatusSaysSo()
    {
        _receiver.Instead = context => context.Request.Path == "/report" && Fail(context, 503);
        var line = new OutboxEntry(new ReportedSession { SessionId = new string('s', 60), Turns = [], Requests = [new ReportedRequest(1, 2, -1, 0, RequestFlags.None, RequestOrigin.Main, 1, 1, 0, 0, 0, 0)] }, ["m"], null).ToLine();
        using (var outbox = File.Create(_machine.State.Outbox))
        {
            for (var bytes = 0L; bytes + line.Length < OutboxFile.MaxBytes; bytes += line.Length + 1)
            {
                outbox.Write([.. line, (byte)'\n']);
            }
        }

        _machine.AddTurn(Session, s_start, output: 5);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        var status = await _machine.RunAsync("status");
        Assert.Contains("full since", status.Output, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(_machine.State.Outbox).Length, 1, OutboxFile.MaxBytes);

        File.Delete(_machine.State.Outbox);
        _receiver.Instead = null;
        await _machine.DeliverAsync();

        Assert.Equal([5], _receiver.Outputs());
        Assert.False(File.Exists(_machine.State.OutboxFull));
    }

    [Fact]
    public async Task Deliver_TranscriptGoneMeanwhile_SendsWhatWasRead()
    {
        _machine.AddTurn(Session, s_start);
        _receiver.Instead = context => Fail(context, 503);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        File.Delete(_machine.Transcript(Session));

        _receiver.Instead = null;
        await _machine.DeliverAsync();

        Assert.Single(_receiver.Stored);
    }

    [Fact]
    public async Task Hooks_TwoSessionsStopAtTheSameInstant_BothArrive()
    {
        string[] sessions = [.. Enumerable.Range(0, 6).Select(i => $"session-{i}")];
        foreach (var session in sessions)
        {
            _machine.AddTurn(session, s_start);
        }

        await Task.WhenAll(sessions.Select(session => _machine.HookAsync(session)));

        await Wait.UntilAsync(() => _receiver.Stored.Count == sessions.Length, "every session's turn arrives");
        await Wait.UntilAsync(() => new FileInfo(_machine.State.Spool).Length == 0, "the spool is empty");
        await Wait.UntilAsync(() => !DeliverLock.IsTaken(_machine.State.Lock), "deliver ends");
    }

    [Fact]
    public async Task SessionStart_CatchesUpSessionsWithAnEventHere_AndTakesNoOther()
    {
        await OneTurnDelivered();
        _machine.AddTurn("somebody-elses", s_start.AddMinutes(1));
        _machine.AddTurn(Session, s_start.AddMinutes(2), output: 7);

        _machine.Spool("new", "SessionStart");
        await _machine.DeliverAsync();

        Assert.Equal([100, 7], _receiver.Outputs(Session));
        Assert.Empty(_receiver.Outputs("somebody-elses"));
    }

    [Fact]
    public async Task ResumedSession_WhatItHeldIsLeftToBackfill()
    {
        _machine.AddTurn(Session, s_start, output: 1);
        _machine.SpoolResume(Session);
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddSeconds(-10), output: 2);
        await _machine.DeliverAsync();
        Assert.Equal([2], _receiver.Outputs());
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddSeconds(-5), output: 3);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        Assert.Equal([2, 3], _receiver.Outputs());

        await _machine.RunAsync("backfill");

        Assert.Equal([1, 2, 3], _receiver.Outputs());
        Assert.Equal([true, false, false], _receiver.Stored.Values.OrderBy(stored => stored.Request.At).Select(stored => stored.Backfill));
    }

    [Fact]
    public async Task HookOfAResumedSession_NotesWhatTheTranscriptHolds()
    {
        _machine.AddTurn(Session, s_start);
        File.Delete(_machine.State.Config); // nothing is sent without it

        await HookProgram.RunAsync(["hook"], _machine.Environment, _machine.HookInput(Session, "SessionStart").Replace("}", ",\"source\":\"resume\"}", StringComparison.Ordinal));
        await HookProgram.RunAsync(["hook"], _machine.Environment, _machine.HookInput(Session, "SessionStart").Replace("}", ",\"source\":\"startup\"}", StringComparison.Ordinal));

        var events = new SpoolFile(_machine.State.Spool).Read().Events;
        Assert.Equal([new FileInfo(_machine.Transcript(Session)).Length, null], events.Select(hookEvent => hookEvent.Resumed?.Length));
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - events[0].Resumed!.AtMs, 0, 60_000);
    }

    [Fact]
    public async Task SessionResumedAfterOtherEvents_IsReadOn()
    {
        await OneTurnDelivered();
        _machine.AddTurn(Session, s_start.AddMinutes(5), output: 7);
        _machine.SpoolResume(Session);
        await _machine.DeliverAsync();

        Assert.Equal([100, 7], _receiver.Outputs());
    }

    [Fact]
    public async Task OneSessionInTwoFolders_BothAreReported()
    {
        _machine.AddTurn(Session, s_start, output: 1);
        var other = Path.Combine(_machine.State.ConfigDir, "projects", "-other", Session + ".jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        File.Move(_machine.Transcript(Session), other);
        _machine.AddTurn(Session, s_start.AddMinutes(1), output: 2);
        _machine.Spool(Session);
        Assert.True(new SpoolFile(_machine.State.Spool).Append(new HookEvent(Session, other, "Stop")));

        await _machine.DeliverAsync();

        Assert.Equal([1, 2], _receiver.Outputs(Session));
    }

    [Fact]
    public async Task CutTranscript_IsSentAgain_AndNothingElseHappens()
    {
        for (var i = 0; i < 4; i++)
        {
            _machine.AddTurn(Session, s_start.AddMinutes(i), output: i + 1);
        }

        _machine.Spool(Session);
        await _machine.DeliverAsync();
        File.WriteAllLines(_machine.Transcript(Session), File.ReadAllLines(_machine.Transcript(Session))[4..]);
        _machine.AddTurn(Session, s_start.AddMinutes(9), output: 9);
        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal([1, 2, 3, 4, 9], _receiver.Outputs());
    }

    [Fact]
    public async Task Deliver_AccessTokenRevoked_GetsAnotherOnce()
    {
        await OneTurnDelivered();
        _receiver.RevokeAccessTokens();

        await SecondTurn();

        Assert.Equal(2, _receiver.Stored.Count);
        Assert.Equal(2, _receiver.Requests.Count(request => request.Route is "/token"));
    }

    [Fact]
    public async Task Deliver_RefreshTokenRefused_StopsUntilItChanges()
    {
        _receiver.RefusesRefreshToken = true;
        _machine.AddTurn(Session, s_start);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        await _machine.DeliverAsync();
        Assert.Single(_receiver.Requests);
        Assert.Single(File.ReadAllLines(_machine.State.ErrorLog));

        _receiver.RefusesRefreshToken = false;
        _receiver.AcceptedRefreshToken = "rtok_new";
        _machine.Configure(_receiver.Address, "rtok_new");
        await _machine.DeliverAsync();

        Assert.Single(_receiver.Stored);
    }

    [Fact]
    public async Task Deliver_KeyForgottenByTheReceiver_RegistersAgain()
    {
        await OneTurnDelivered();
        _receiver.ForgetKeys();

        await SecondTurn();

        Assert.Equal(2, _receiver.Stored.Count);
    }

    [Fact]
    public async Task Deliver_KeyRevoked_GoesSilentUntilProvisionedAnew()
    {
        await OneTurnDelivered();
        _receiver.RevokeKeys();
        await SecondTurn();
        Assert.True(File.Exists(_machine.State.KeyRevoked));
        Assert.False(File.Exists(_machine.State.Outbox));
        var requests = _receiver.Requests.Count;
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddSeconds(-2), output: 3);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        Assert.Equal(requests, _receiver.Requests.Count);

        File.Delete(_machine.State.SigningKey);
        File.Delete(_machine.State.KeyRevoked);
        await _machine.DeliverAsync();
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddSeconds(1), output: 4);
        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal([100, 4], _receiver.Outputs());
        Assert.Single(_receiver.Pauses);
        Assert.Equal(2, _receiver.Keys.Count);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Deliver_ClockAnHourOff_SignsAnewAndAdjustsTheTimes(int serverHoursAhead)
    {
        _receiver.ClockOffset = TimeSpan.FromHours(serverHoursAhead);
        var local = DateTimeOffset.UtcNow.AddMinutes(-10);
        _machine.AddTurn(Session, local);

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        var turn = Assert.Single(_receiver.Turns).Value;
        Assert.InRange((DateTimeOffset.FromUnixTimeMilliseconds(turn.Started) - local - _receiver.ClockOffset).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(turn.Ended, Assert.Single(_receiver.Stored).Value.Request.At);
    }

    [Fact]
    public async Task Deliver_RequestFromTheFuture_ComesAgainWithAdjustedTimes()
    {
        _machine.AddTurn(Session, DateTimeOffset.UtcNow.AddHours(2));

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.InRange(Assert.Single(_receiver.Stored).Value.Request.At, 1, DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Deliver_ReceiverAsksToWait_ComesAgainAfterThat(int status)
    {
        var refusals = 0;
        _receiver.Instead = context => context.Request.Path == "/report" && Interlocked.Increment(ref refusals) <= 2 && Fail(context, status, retryAfter: 1);
        _machine.Environment["CCFLUX_PATIENCE_SECS"] = "30";
        _machine.AddTurn(Session, s_start);

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Single(_receiver.Stored);
        Assert.Equal(3, refusals);
    }

    [Fact]
    public async Task Deliver_ReceiverAsksForALongRest_LeavesItAlone()
    {
        _receiver.Instead = context => context.Request.Path == "/report" && Fail(context, 429, retryAfter: 3600);
        _machine.AddTurn(Session, s_start);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        var requests = _receiver.Requests.Count;

        await _machine.DeliverAsync();

        Assert.Equal(requests, _receiver.Requests.Count);
        Assert.True(new OutboxFile(_machine.State).Waiting > 0);
    }

    [Fact]
    public async Task Deliver_TooLarge_SplitsUntilItFits()
    {
        _receiver.Instead = context => context.Request.Path == "/report" && _receiver.Requests.Last().Body.Length > 900 && Fail(context, 413);
        for (var i = 0; i < 20; i++)
        {
            _machine.AddTurn(Session, s_start.AddMinutes(i));
        }

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal(20, _receiver.Stored.Count);
    }

    [Fact]
    public async Task Deliver_OneRequestRefused_SetsItAsideAndDeliversTheOthers()
    {
        var bad = LedgerKeyConverter.Text(LedgerKey.OfRequest(Encoding.ASCII.GetBytes($"req_{Session}_5")));
        _receiver.Instead = context => context.Request.Path == "/report"
            && _receiver.Requests.Last().Body.Contains(bad, StringComparison.Ordinal)
            && Fail(context, 400, ErrorCodes.InvalidPayload);
        for (var i = 0; i < 12; i++)
        {
            _machine.AddTurn(Session, s_start.AddMinutes(i));
        }

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal(11, _receiver.Stored.Count);
        Assert.Contains(bad, Assert.Single(File.ReadAllLines(_machine.State.Rejected)), StringComparison.Ordinal);
        var requests = _receiver.Requests.Count;
        await _machine.DeliverAsync();
        Assert.Equal(requests, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Deliver_StoreReplaced_SendsEverythingAgain()
    {
        for (var i = 0; i < 3; i++)
        {
            _machine.AddTurn($"old-{i}", s_start.AddMinutes(i));
            _machine.Spool($"old-{i}");
        }

        await _machine.DeliverAsync();
        Assert.Equal(3, _receiver.Stored.Count);

        _receiver.LoseEverything("store-2");
        _machine.AddTurn(Session, s_start.AddHours(1));
        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Equal(4, _receiver.Stored.Count);
        Assert.False(File.Exists(_machine.State.ResendAll));
    }

    [Fact]
    public async Task Deliver_StoreChangesWithEveryAnswer_EndsAllTheSame()
    {
        await OneTurnDelivered();
        var answers = 0;
        _receiver.Instead = _ =>
        {
            _receiver.StoreId = $"store-{Interlocked.Increment(ref answers)}";
            return false;
        };

        await SecondTurn();

        Assert.InRange(answers, 1, 10);
        Assert.Equal(2, _receiver.Stored.Count);
    }

    [Fact]
    public async Task Deliver_StateOfCcflux01_GoesOn()
    {
        var state = _machine.State;
        File.WriteAllBytes(state.SigningKey, [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        File.WriteAllText(state.Offset(Session), """{"line":2,"turn":1,"session_start":"2026-05-10T09:15:00Z","closed":false}""");
        File.WriteAllText(state.Queue, """{"schema_version":1,"session_id":"x","user_email":"a@example.org","turn_index":1,"timestamp_utc":"2026-05-11T04:32:10Z","models":{},"plugin_version":"0.1.0"}""" + "\n");
        _machine.AddTurn(Session, s_start);

        _machine.Spool(Session);
        await _machine.DeliverAsync();

        Assert.Single(_receiver.Stored);
        Assert.True(File.Exists(state.LegacyQueue));
        Assert.Equal(64, new FileInfo(state.SigningKey).Length);
        // What OpenSSL derives from the seed 00 01 … 1f.
        Assert.Equal("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Assert.Single(_receiver.Keys));
    }

    [Fact]
    public async Task Secrets_AfterEverything_StandOnlyInTheirFiles()
    {
        await OneTurnDelivered();
        _receiver.RevokeAccessTokens();
        _receiver.Instead = context => Fail(context, 500);
        await SecondTurn();

        var status = await _machine.RunAsync("status", "--json", "--config-dir", _machine.State.ConfigDir);

        foreach (var file in new[] { _machine.State.ActivityLog, _machine.State.ErrorLog, _machine.State.LastReport, _machine.State.TokenRefused })
        {
            Assert.DoesNotContain("marked-secret", _machine.Log(file), StringComparison.Ordinal);
            Assert.DoesNotContain("atok_", _machine.Log(file), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("marked-secret", status.Output + status.Error, StringComparison.Ordinal);
    }

    private static bool Fail(Microsoft.AspNetCore.Http.HttpContext context, int status, string? code = null, int? retryAfter = null)
    {
        StubReceiver.Refuse(context, status, code ?? ErrorCodes.Busy);
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return true;
    }

    private async Task OneTurnDelivered()
    {
        _machine.AddTurn(Session, s_start);
        _machine.Spool(Session);
        await _machine.DeliverAsync();
        Assert.Single(_receiver.Stored);
    }

    private async Task SecondTurn()
    {
        _machine.AddTurn(Session, s_start.AddMinutes(5));
        _machine.Spool(Session);
        await _machine.DeliverAsync();
    }
}
