using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux agent hook</c>, which the plugin <c>ccflux-fleet</c> runs at sessions' and tool calls' events: one small file is written or
/// removed. It prints nothing, asks no network and always exits 0.</summary>
internal static class FleetHookCommand
{
    public static int Run()
    {
        StateDirectory? state = null;
        try
        {
            var reader = new FleetEventReader();
            StandardInput.Stream(reader.Add);
            var fleetEvent = reader.Event;
            state = StateDirectory.Of(fleetEvent.TranscriptPath);
            if (HookEvent.IsFileName(fleetEvent.SessionId))
            {
                Handle(new FleetDirectory(state), fleetEvent, fleetEvent.SessionId!);
            }
        }
        catch (Exception error)
        {
            // Edge of the program: whatever is at fault, the user's session goes on and shows nothing.
            new StateLog(state ?? StateDirectory.Of(null), TimeProvider.System).Error($"agent hook: {error.GetType().Name}");
        }

        return 0;
    }

    private static void Handle(FleetDirectory fleet, FleetEvent fleetEvent, string session)
    {
        fleet.State.Create(); // refuses a folder that is somebody else's
        var calls = new OpenCalls(fleet, session);
        switch (fleetEvent.Name)
        {
            case "PreToolUse":
                MovedOn(calls, fleetEvent);
                if (fleetEvent.ToolUseId is { } opened)
                {
                    calls.Open(opened, fleetEvent.AgentId, fleetEvent.PromptId);
                }

                break;
            case "PostToolUse" or "PostToolUseFailure":
                calls.Close(fleetEvent.ToolUseId);
                MovedOn(calls, fleetEvent);
                break;
            case "PostToolBatch":
                fleetEvent.BatchIds.ForEach(calls.Close);
                MovedOn(calls, fleetEvent);
                break;
            case "SubagentStop":
                calls.CloseAllOf(fleetEvent.AgentId);
                break;
            case "Stop" or "StopFailure":
                calls.CloseAllOf(null);
                Note(fleet, fleetEvent, session, SessionState.Idle);
                break;
            case "Notification" when fleetEvent.NotificationType is "idle_prompt":
                calls.CloseAllOf(null); // it waits for its user, so no call of its own runs
                Note(fleet, fleetEvent, session, SessionState.Idle);
                break;
            case "UserPromptSubmit":
                Note(fleet, fleetEvent, session, SessionState.Turn);
                StartAgent(fleet);
                break;
            case "SessionStart":
                Note(fleet, fleetEvent, session, state: null);
                StartAgent(fleet);
                break;
            case "SessionEnd":
                calls.Forget();
                File.Delete(fleet.SessionFile(session));
                break;
        }
    }

    /// <summary>The session works on a prompt; what it left open at an earlier one was denied or interrupted.</summary>
    private static void MovedOn(OpenCalls calls, FleetEvent fleetEvent)
    {
        if (fleetEvent is { AgentId: null, PromptId: { Length: > 0 } prompt })
        {
            calls.CloseAllOf(null, exceptPrompt: prompt);
        }
    }

    /// <param name="fleet">Where.</param>
    /// <param name="fleetEvent">What happened.</param>
    /// <param name="session">To whom.</param>
    /// <param name="state">Null where the event tells nothing of it: a session may be resumed or compacted within a turn.</param>
    private static void Note(FleetDirectory fleet, FleetEvent fleetEvent, string session, string? state)
    {
        FleetDirectory.Create(fleet.Sessions);
        var path = fleet.SessionFile(session);
        var known = SessionRecord.Read(path);
        var client = ProcessIdentity.OfClient();
        if (known is not null && known.Process != client)
        {
            known = known with { State = SessionState.Idle }; // resumed by another client
        }

        state ??= known?.State ?? SessionState.Idle;
        var since = known is not null && known.Process == client && string.Equals(known.State, state, StringComparison.Ordinal)
            ? known.Since
            : TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        new SessionRecord(client, state, since, fleetEvent.Model ?? known?.Model, fleetEvent.TranscriptPath ?? known?.TranscriptPath).Write(path);
    }

    /// <summary>Where the user has enrolled one, and none runs.</summary>
    private static void StartAgent(FleetDirectory fleet)
    {
        if (File.Exists(fleet.Enrolment) && !DeliverLock.IsTaken(fleet.Lock) && !DetachedProcess.Start(stays: true, "agent", "--config-dir", fleet.State.ConfigDir))
        {
            new StateLog(fleet.State, TimeProvider.System).Error("agent: it could not be started");
        }
    }
}
