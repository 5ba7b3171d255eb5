namespace Ccflux.Contracts.Usage;

/// <summary>What a request was made for. Sent and stored by number. Where two reports of a request differ, the greater number holds: it is the more specific.</summary>
public enum RequestOrigin : byte
{
    /// <summary>Not said.</summary>
    Other = 0,

    /// <summary>A subagent's conversation.</summary>
    Subagent = 1,

    /// <summary>The session's own conversation. Greater than <see cref="Subagent"/>: a row of a main transcript is not a subagent's.</summary>
    Main = 2,

    /// <summary>The client's own work beside the conversation, such as naming a session.</summary>
    Auxiliary = 3,

    /// <summary>Another model that was asked within a request.</summary>
    Advisor = 4,

    /// <summary>Shortening a conversation.</summary>
    Compaction = 5,

    /// <summary>A search in the web.</summary>
    WebSearch = 6,

    /// <summary>Not a request: what ccflux 0.1 reported of one model in one turn.</summary>
    Legacy = 7,

    /// <summary>Not a request: what metrics say that a session used of one model in a quarter of an hour. Never sent by the hook.</summary>
    Metrics = 8,
}
