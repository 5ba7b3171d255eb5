using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Runs one agent: it sends heartbeats while a session is alive and carries out commands between tool calls. Once the last session has ended, it returns any
/// login that can renew itself to the receiver. Without an answer it keeps trying at growing intervals; nothing accumulates meanwhile.</summary>
internal sealed class AgentLoop(FleetDirectory fleet, Enrolment enrolment, AgentKeys keys, AgentClient client, TimeProvider time, StateLog log)
{
    /// <summary>Grace period before the agent ends: the end of one session may be the start of the next (clear, resume).</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("CCFLUX_GRACE_SECS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 15);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lookWhileWaiting = TimeSpan.FromMilliseconds(250);

    private readonly SessionRegistry _sessions = new(fleet);
    private readonly CommandStore _commands = new(fleet);
    private readonly LoginFile _file = new(fleet.State.ConfigDir);
    private readonly HeartbeatNumbers _numbers = new(fleet.Sequence);

    private SealedCommand? _pending;
    private string? _waiting;
    private int _failures;
    private string? _lastFailure;
    private DateTimeOffset? _answered;
    private DateTimeOffset _nextHeartbeat;
    private DateTimeOffset _nextReturn;
    private DateTimeOffset _nextShrink;
    private int _announcedSessions;

    /// <summary>Whether the receiver does not know yet that a command was carried out. Until it does, no login is returned: a returned login
    /// refers to everything that the receiver knows.</summary>
    private bool IsUnannounced => _commands.Progress.Confirm.Count > 0;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var swapper = new Swapper(fleet, _commands, _sessions, _file, time);
        var back = new LoginReturn(fleet, _commands, _file, client, log);
        swapper.Recover();
        MemoryTrimmer.Shrink(); // before the first handshake loads its own share of code
        var emptySince = (DateTimeOffset?)null;
        while (true)
        {
            var now = time.GetUtcNow();
            var changed = _failures == 0 && _sessions.SetOfSessions() != _announcedSessions;
            if (now >= _nextHeartbeat || changed)
            {
                var sessions = _sessions.Read();
                emptySince = sessions.Count > 0 ? null : emptySince ?? now;
                if (now - emptySince >= s_grace)
                {
                    break;
                }

                await SendHeartbeatAsync(sessions, cancellationToken).ConfigureAwait(false);
            }

            CarryOut(swapper);
            await ReturnAsync(back, cancellationToken).ConfigureAwait(false);
            var look = _pending is null ? s_look : s_lookWhileWaiting;
            var due = _nextHeartbeat - time.GetUtcNow();
            await Task.Delay(due > TimeSpan.Zero && due < look ? due : look, time, cancellationToken).ConfigureAwait(false);
        }

        await LeaveAsync(swapper, back, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands the login back before the agent ends: nothing is left here that would renew it, and the receiver can renew only a login that it has.</summary>
    private async Task LeaveAsync(Swapper swapper, LoginReturn back, CancellationToken cancellationToken)
    {
        if (IsUnannounced)
        {
            await SendHeartbeatAsync([], cancellationToken).ConfigureAwait(false); // confirms a swap that happened at the last moment
        }

        if (_failures == 0 && !IsUnannounced)
        {
            await ReturnAsync(back, cancellationToken).ConfigureAwait(false);
            if (swapper.TakeOutRefreshToken())
            {
                await back.TryAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await SendHeartbeatAsync([], cancellationToken).ConfigureAwait(false);
    }

    private async Task SendHeartbeatAsync(IReadOnlyList<LiveSession> sessions, CancellationToken cancellationToken)
    {
        _announcedSessions = _sessions.SetOfSessions();
        var reported = _commands.Progress;
        var heartbeat = new Heartbeat
        {
            Sequence = _numbers.Next(),
            Agent = new AgentInfo { Version = ClientVersion.Text, Platform = ClientVersion.Platform, Login = _file.Place },
            Applied = _file.Current()?.Fingerprint,
            Confirmed = reported.Confirm,
            Refused = reported.Refused,
            Sessions = sessions,
        };
        var answer = await client.SendHeartbeatAsync(heartbeat, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (answer.IsSuccess && ReplyOf(answer) is { } reply)
        {
            Fault.Point(Fault.HeartbeatAnswered);
            _commands.Reported(reported);
            if (now >= _nextShrink)
            {
                MemoryTrimmer.Shrink();
                _nextShrink = now + MemoryTrimmer.Interval;
            }

            _failures = 0;
            _lastFailure = null;
            _answered = now;
            _nextHeartbeat = now + HeartbeatSchedule.AfterAnswer(reply.NextSeconds);
            _pending = Sort(reply.Commands);
        }
        else
        {
            Failed(answer, now);
        }

        FleetStateJson.Write(fleet.LastHeartbeatFile, new LastHeartbeatFile(now, answer.Describe(), _answered, _waiting, heartbeat), FleetStateJson.Default.LastHeartbeatFile, toDisk: false);
    }

    private void Failed(ReceiverResponse answer, DateTimeOffset now)
    {
        _failures++;
        if (answer is { Status: 409, Code: ErrorCodes.Replayed })
        {
            _numbers.Jump(now);
        }

        var unwanted = answer.Code is ErrorCodes.AgentRevoked or ErrorCodes.AgentUnknown;
        _nextHeartbeat = now + (unwanted ? HeartbeatSchedule.Unwanted : HeartbeatSchedule.AfterFailure(_failures, answer.RetryAfter, Random.Shared.NextDouble()));
        var failure = answer.Describe();
        if (!string.Equals(failure, _lastFailure, StringComparison.Ordinal))
        {
            log.Error($"agent: heartbeat: {failure}"); // logged once, however often it recurs
            _lastFailure = failure;
        }
    }

    /// <summary>Returns the newest genuine command, which is to be carried out, and answers the others.</summary>
    private SealedCommand? Sort(IReadOnlyList<SealedCommand> commands)
    {
        SealedCommand? newest = null;
        foreach (var command in commands.Take(FleetLimits.MaxCommands))
        {
            switch (Judge(command, out _))
            {
                case (CommandVerdict.Apply, _):
                    newest = newest?.Id > command.Id ? newest : command;
                    break;
                case (CommandVerdict.ConfirmAgain, _):
                    _commands.ConfirmAgain(command.Id);
                    break;
                case (_, var reason):
                    Refuse(command, reason!);
                    break;
            }
        }

        return newest;
    }

    private (CommandVerdict Verdict, string? Reason) Judge(SealedCommand command, out SwapContent? content)
    {
        var isSigned = enrolment.CommandKey is { } key && CommandSignature.IsValid(key, enrolment.AgentId, command);
        content = isSigned ? Open(command) : null;
        return CommandRule.For(command, isSigned, content, _commands.Progress, client.ServerNow(), LoginFile.CanWrite);
    }

    private void CarryOut(Swapper swapper)
    {
        if (_pending is not { } command)
        {
            return;
        }

        // The command may have waited for a tool call to end and have expired meanwhile.
        var (verdict, reason) = Judge(command, out var content);
        if (verdict != CommandVerdict.Apply)
        {
            Refuse(command, reason ?? RefusalReasons.Replayed);
            return;
        }

        var outcome = swapper.Apply(command.Id, content!);
        switch (outcome)
        {
            case SwapOutcome.Done:
                log.Activity($"agent: login {content!.Fingerprint} put in place");
                (_pending, _waiting) = (null, null);
                _nextHeartbeat = time.GetUtcNow();
                break;
            case SwapOutcome.CallOpen or SwapOutcome.Busy:
                _waiting = outcome == SwapOutcome.CallOpen ? "a tool call is open" : "the login is in use";
                break;
            default:
                Refuse(command, outcome == SwapOutcome.Superseded ? RefusalReasons.Superseded : RefusalReasons.WriteFailed);
                break;
        }
    }

    private void Refuse(SealedCommand command, string reason)
    {
        log.Error($"agent: command refused: {reason}");
        _commands.Refuse(command.Id, reason);
        if (_pending?.Id == command.Id)
        {
            (_pending, _waiting) = (null, null);
        }
    }

    private async Task ReturnAsync(LoginReturn back, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _nextReturn || _failures > 0 || IsUnannounced || !back.IsDue)
        {
            return;
        }

        _nextReturn = await back.TryAsync(cancellationToken).ConfigureAwait(false) ? now : now + HeartbeatSchedule.AfterFailure(3, null, Random.Shared.NextDouble());
    }

    private SwapContent? Open(SealedCommand command)
    {
        try
        {
            return CredentialSeal.Open(keys.Sealing, command.Sealed, command.SealContext(enrolment.AgentId)) is { } json
                ? JsonSerializer.Deserialize(json, FleetJson.Default.SwapContent)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HeartbeatReply? ReplyOf(ReceiverResponse answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, FleetJson.Default.HeartbeatReply);
        }
        catch (JsonException)
        {
            return null; // something other than the receiver answered
        }
    }
}
