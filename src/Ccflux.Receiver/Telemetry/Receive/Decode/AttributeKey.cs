namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>The attributes that are read. This is the allow-list: the value of any other is skipped unread.</summary>
internal enum AttributeKey
{
    None = 0,

    /// <summary>Known by name, not wanted, and often added to the resource by a collector on the way: it does not distinguish streams.</summary>
    Surroundings = 1,

    /// <summary>Known by name and not wanted: prompts, tool inputs, paths and anything else that no figure needs.</summary>
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
    CacheCreation5mTokens,
    CacheCreation1hTokens,
    FirstTokenMs,
    Speed,
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

    /// <summary>The first of the labels: what senders state about themselves. Like <see cref="Surroundings"/> they do not distinguish streams.</summary>
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
