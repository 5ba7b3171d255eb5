namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>The events that figures are made of.</summary>
internal enum EventKind
{
    /// <summary>Known by name, but not needed for any figure.</summary>
    Dropped = 1,
    ApiRequest,
    ApiError,
    ToolResult,
    ToolDecision,
    UserPrompt,
    Compaction,
    SubagentCompleted,

    /// <summary>Which managed settings are in force on a machine: a label, not an event of its own.</summary>
    SettingsResolved,
}

/// <summary>Events as the client names them, with or without <c>claude_code.</c> before the name.</summary>
internal static class EventNames
{
    private static readonly Dictionary<string, EventKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["api_request"] = EventKind.ApiRequest,
        ["api_error"] = EventKind.ApiError,
        ["tool_result"] = EventKind.ToolResult,
        ["tool_decision"] = EventKind.ToolDecision,
        ["user_prompt"] = EventKind.UserPrompt,
        ["compaction"] = EventKind.Compaction,
        ["subagent_completed"] = EventKind.SubagentCompleted,
        ["managed_settings_resolved"] = EventKind.SettingsResolved,
    };

    private static readonly string[] s_dropped =
    [
        "api_refusal", "api_request_body", "api_response_body", "api_retries_exhausted", "assistant_response", "at_mention", "auth", "feedback_survey",
        "hook_execution_complete", "hook_execution_start", "hook_plugin_metrics", "hook_registered", "internal_error",
        "mcp_server_connection", "permission_mode_changed", "plugin_installed", "plugin_loaded", "retention_sweep", "skill_activated",
    ];

    private static readonly Dictionary<string, EventKind>.AlternateLookup<ReadOnlySpan<char>> s_lookup = WithDropped().GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] s_names =
        [.. Enum.GetValues<EventKind>().Prepend(default).Select(kind => s_kinds.FirstOrDefault(pair => pair.Value == kind).Key ?? "")];

    /// <summary>The kind's name in the database.</summary>
    public static string Name(EventKind kind) => s_names[(int)kind];

    /// <summary>Null for an unknown event.</summary>
    public static EventKind? Find(ReadOnlySpan<byte> name)
    {
        var bare = Bare(name);
        Span<char> text = stackalloc char[32];
        if (bare.Length is 0 or > 32)
        {
            return null;
        }

        for (var i = 0; i < bare.Length; i++)
        {
            text[i] = (char)bare[i];
        }

        return s_lookup.TryGetValue(text[..bare.Length], out var kind) ? kind : null;
    }

    public static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> name) => name.StartsWith("claude_code."u8) ? name["claude_code."u8.Length..] : name;

    private static Dictionary<string, EventKind> WithDropped()
    {
        foreach (var name in s_dropped)
        {
            s_kinds.Add(name, EventKind.Dropped);
        }

        return s_kinds;
    }
}
