namespace Ccflux.Hook.Agent.Sessions;

/// <summary>What the fleet keeps of a hook's input. Of a tool it knows the call's id, never its name, input or answer.</summary>
internal sealed class FleetEvent
{
    public string? Name { get; set; }

    public string? SessionId { get; set; }

    public string? TranscriptPath { get; set; }

    /// <summary>Which of the user's prompts is being worked on.</summary>
    public string? PromptId { get; set; }

    /// <summary>The subagent that it happens in; null in the session itself.</summary>
    public string? AgentId { get; set; }

    public string? Model { get; set; }

    /// <summary>Of a Notification: why the user is called.</summary>
    public string? NotificationType { get; set; }

    public string? ToolUseId { get; set; }

    /// <summary>The calls of a batch.</summary>
    public List<string> BatchIds { get; } = [];
}
