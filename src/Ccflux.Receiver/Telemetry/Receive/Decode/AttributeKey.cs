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

    /// <summary>A list of texts; read as one text, with <c>+</c> between them.</summary>
    SettingsSources,

    /// <summary>The first of the labels: what a sender states of themselves. Like <see cref="Surroundings"/> they tell no streams apart.</summary>
    Plan,
    SeatType,

    /// <summary>The first of the eight attributes that an organisation may name.</summary>
    Own1,
    Own2,
    Own3,
    Own4,
    Own5,
    Own6,
    Own7,
    Own8,
}
