namespace Ccflux.Hook.Agent.Sessions;

/// <summary>The parts of a hook's input that the fleet keeps. Of a tool it keeps the call's id, never its name, input or answer.</summary>
internal sealed class FleetEvent
{
    public string? Name { get; set; }

    public string? SessionId { get; set; }

    public string? TranscriptPath { get; set; }

    /// <summary>Id of the user's prompt that is being worked on.</summary>
    public string? PromptId { get; set; }

    /// <summary>The subagent that caused the event; null for the session itself.</summary>
    public string? AgentId { get; set; }

    public string? Model { get; set; }

    /// <summary>Of a Notification: why it was raised.</summary>
    public string? NotificationType { get; set; }

    public string? ToolUseId { get; set; }

    /// <summary>Ids of the calls of a batch.</summary>
    public List<string> BatchIds { get; } = [];
}
