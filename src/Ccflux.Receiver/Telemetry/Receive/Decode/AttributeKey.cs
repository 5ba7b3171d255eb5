namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The attributes that are read. This is the allow-list: the value of any other is stepped over, unread.</summary>
internal enum AttributeKey
{
    None = 0,

    /// <summary>Known by name, and not wanted: prompts, tool inputs, paths and what no figure needs.</summary>
    Dropped = 1,
    ServiceName,
    UserId,
    UserEmail,
    SessionId,
    TerminalType,
    EventName,
    EventSequence,
    PromptId,
    Model,
    InputTokens,
    OutputTokens,
    CacheReadTokens,
    CacheCreationTokens,
    CostUsd,
    CostUsdMicros,
    DurationMs,
    RequestId,
    QuerySource,
    ToolName,
    Success,
    Decision,
    Source,
    StatusCode,
    Type,
    StartType,
    Trigger,
    AgentType,
    TotalTokens,
}
