using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux agent hook</c>, which the plugin <c>ccflux-fleet</c> runs at session and tool call events: it writes or removes one small
/// file. It prints nothing, makes no network request and always exits 0.</summary>
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
            // Top level of the program: whatever goes wrong, the user's session continues and shows nothing.
            new StateLog(state ?? StateDirectory.Of(null), TimeProvider.System).Error($"agent hook: {error.GetType().Name}");
        }

        return 0;
    }

    private static void Handle(FleetDirectory fleet, FleetEvent fleetEvent, string session)
    {
        fleet.State.Create(); // refuses a folder that belongs to another user
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
                calls.CloseAllOf(null); // the session is waiting for its user, so none of its own calls is running
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

    /// <summary>The session works on a prompt: calls left open from an earlier prompt were denied or interrupted.</summary>
    private static void MovedOn(OpenCalls calls, FleetEvent fleetEvent)
    {
        if (fleetEvent is { AgentId: null, PromptId: { Length: > 0 } prompt })
        {
            calls.CloseAllOf(null, exceptPrompt: prompt);
        }
    }

    /// <param name="fleet">The fleet's files.</param>
    /// <param name="fleetEvent">The event.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="state">The session's new state; null if the event does not say: a session may be resumed or compacted within a turn.</param>
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

    /// <summary>Starts the agent if the user has enrolled one and none is running.</summary>
    private static void StartAgent(FleetDirectory fleet)
    {
        if (File.Exists(fleet.Enrolment) && !DeliverLock.IsTaken(fleet.Lock) && !DetachedProcess.Start(stays: true, "agent", "--config-dir", fleet.State.ConfigDir))
        {
            new StateLog(fleet.State, TimeProvider.System).Error("agent: it could not be started");
        }
    }
}
