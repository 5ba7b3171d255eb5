namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The attributes that are read. This is the allow-list: the value of any other is stepped over, unread.</summary>
internal enum AttributeKey
{
    None = 0,

    /// <summary>Known by name, not wanted, and often put on the resource by a collector on the way: it tells no streams apart.</summary>
    Surroundings = 1,

    /// <summary>Known by name, and not wanted: prompts, tool inputs, paths and what no figure needs.</summary>
    Dropped = 2,
    ServiceName,
    UserId,
    UserEmail,
    EndUserId,
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
