using System.Text;

namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Maps attribute names: those that the client writes (2.1.329 and the published documentation), and those that an organisation adds.</summary>
internal sealed class AttributeNames
{
    /// <summary>The most attributes that an organisation may name.</summary>
    public const int MaxOwn = AttributeKey.Own8 - AttributeKey.Own1 + 1;

    private static readonly string[] s_dropped =
    [
        "additional_context_chars", "agent_path_count", "command_path_count", "has_hooks", "host_owned_mcp", "initial_user_message_chars",
        "managed_settings.helper.applied", "managed_settings.helper.state", "managed_settings.source_behavior",
        "managed_settings.trigger", "num_outputs_persisted", "plugin_id_hash", "safe_mode", "skill_path_count", "stdout_chars", "system_message_chars",
        "access_token_present", "addedNames", "added_count", "agent.name", "agent.source", "agent_id", "anthropic.custom_base_url", "anthropic.provider",
        "app.entrypoint", "app.version", "attempt", "attribution", "body", "body_length", "body_ref",
        "client_request_id", "command_name", "command_source", "decision_source", "decision_type", "duration_api_ms", "effort",
        "enabled_via", "error", "error_name", "error_type", "event.timestamp", "final_model", "from_mode", "has_mcp", "hook_event", "hook_matcher",
        "hook_name", "hook_source", "hook_type", "host.arch", "identity.source", "is_async", "is_built_in", "language", "managed_only",
        "marketplace.name", "mcp_server.name", "mcp_server_scope", "mcp_tool.name", "message.uuid", "model_swapped", "num_blocking",
        "num_cancelled", "num_hooks", "num_non_blocking_error", "num_success", "organization.id", "os.type", "os.version", "permission_mode", "plugin.name",
        "plugin_id", "plugin_name", "plugin_scope", "plugin_version", "post_tokens", "pre_tokens", "precompute_reuse",
        "prompt", "prompt_length", "prompt_text", "response", "response_length",
        "response_text", "service.version", "skill.name", "to_mode",
        "tool_input", "tool_input_size_bytes", "tool_parameters", "tool_result_size_bytes", "tool_source", "tool_use_id", "total_attempts", "total_duration_ms",
        "total_retry_duration_ms", "total_tool_uses", "user.account_id", "user.account_uuid", "user.groups",
        "workflow.name", "workflow.run_id", "workspace.host_paths", "wsl.version",
    ];

    private static readonly string[] s_surroundings =
    [
        "department", "host.id", "host.name", "process.command", "process.command_args", "process.executable.path", "process.owner", "process.pid",
        "service.instance.id", "team.id", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version", "vcs.ref.head.name",
        "vcs.ref.head.revision", "vcs.ref.head.type",
    ];

    private static readonly Dictionary<ulong, AttributeKey> s_keys = Build();

    /// <summary>Without an organisation's own names.</summary>
    public static readonly AttributeNames Clients = new([]);

    private readonly Dictionary<ulong, AttributeKey> _keys;
    private readonly IReadOnlyList<string> _own;

    /// <param name="own">The attributes that an organisation adds, at most <see cref="MaxOwn"/>, none of which <see cref="IsClients"/>.</param>
    public AttributeNames(IReadOnlyList<string> own)
    {
        _keys = new Dictionary<ulong, AttributeKey>(s_keys);
        foreach (var (place, name) in own.Index())
        {
            _keys[HashOf(name)] = AttributeKey.Own1 + place;
        }

        _own = own;
    }

    /// <summary>Whether the client itself writes this attribute, so that its value is the client's to define.</summary>
    public static bool IsClients(string name) => s_keys.GetValueOrDefault(HashOf(name)) >= AttributeKey.Dropped;

    /// <summary><see cref="AttributeKey.None"/> for an unknown name.</summary>
    public AttributeKey Find(ulong hash) => _keys.TryGetValue(hash, out var key) ? key : AttributeKey.None;

    /// <summary>The name of a label.</summary>
    /// <param name="key">From <see cref="AttributeKey.Plan"/> onwards.</param>
    public string LabelOf(AttributeKey key) => key switch
    {
        AttributeKey.Plan => LabelNames.Plan,
        AttributeKey.SeatType => LabelNames.SeatType,
        _ => _own[key - AttributeKey.Own1],
    };

    private static Dictionary<ulong, AttributeKey> Build()
    {
        var keys = new Dictionary<ulong, AttributeKey>
        {
            [HashOf("service.name")] = AttributeKey.ServiceName,
            [HashOf("user.id")] = AttributeKey.UserId,
            [HashOf("user.email")] = AttributeKey.UserEmail,
            [HashOf("enduser.id")] = AttributeKey.EndUserId,
            [HashOf("session.id")] = AttributeKey.SessionId,
            [HashOf("terminal.type")] = AttributeKey.TerminalType,
            [HashOf("event.name")] = AttributeKey.EventName,
            [HashOf("event.sequence")] = AttributeKey.EventSequence,
            [HashOf("prompt.id")] = AttributeKey.PromptId,
            [HashOf("model")] = AttributeKey.Model,
            [HashOf("input_tokens")] = AttributeKey.InputTokens,
            [HashOf("output_tokens")] = AttributeKey.OutputTokens,
            [HashOf("cache_read_tokens")] = AttributeKey.CacheReadTokens,
            [HashOf("cache_creation_tokens")] = AttributeKey.CacheCreationTokens,
            [HashOf("cache_creation_5m_tokens")] = AttributeKey.CacheCreation5mTokens,
            [HashOf("cache_creation_1h_tokens")] = AttributeKey.CacheCreation1hTokens,
            [HashOf("ttft_ms")] = AttributeKey.FirstTokenMs,
            [HashOf("speed")] = AttributeKey.Speed,
            [HashOf("cost_usd")] = AttributeKey.CostUsd,
            [HashOf("cost_usd_micros")] = AttributeKey.CostUsdMicros,
            [HashOf("duration_ms")] = AttributeKey.DurationMs,
            [HashOf("request_id")] = AttributeKey.RequestId,
            [HashOf("query_source")] = AttributeKey.QuerySource,
            [HashOf("tool_name")] = AttributeKey.ToolName,
            [HashOf("success")] = AttributeKey.Success,
            [HashOf("decision")] = AttributeKey.Decision,
            [HashOf("source")] = AttributeKey.Source,
            [HashOf("status_code")] = AttributeKey.StatusCode,
            [HashOf("type")] = AttributeKey.Type,
            [HashOf("start_type")] = AttributeKey.StartType,
            [HashOf("trigger")] = AttributeKey.Trigger,
            [HashOf("agent_type")] = AttributeKey.AgentType,
            [HashOf("total_tokens")] = AttributeKey.TotalTokens,
            [HashOf("managed_settings.sources")] = AttributeKey.SettingsSources,
            [HashOf(LabelNames.Plan)] = AttributeKey.Plan,
            [HashOf(LabelNames.SeatType)] = AttributeKey.SeatType,
        };
        foreach (var name in s_dropped)
        {
            keys.Add(HashOf(name), AttributeKey.Dropped);
        }

        foreach (var name in s_surroundings)
        {
            keys.Add(HashOf(name), AttributeKey.Surroundings);
        }

        return keys;
    }

    private static ulong HashOf(string name) => StableHash.Of(Encoding.UTF8.GetBytes(name));
}
