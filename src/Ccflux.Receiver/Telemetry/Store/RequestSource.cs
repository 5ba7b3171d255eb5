namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Where a figure of tokens or cost comes from. Reads add up the first two.</summary>
internal enum RequestSource
{
    Events = 1,

    /// <summary>Metrics of a session without events.</summary>
    Metrics,

    /// <summary>Metrics of a session that events already describe.</summary>
    Shadowed,
}

internal static class RequestSources
{
    /// <summary>The name in the database.</summary>
    public static string Name(RequestSource source) => source switch
    {
        RequestSource.Events => "events",
        RequestSource.Metrics => "metrics",
        RequestSource.Shadowed => "shadowed",
    };
}

/// <summary>Kinds of counts by the hour, other than requests, by their names in the database.</summary>
internal static class CountKind
{
    /// <summary>Distinct session ids, in the hour in which they were first seen.</summary>
    public const string Session = "session";

    /// <summary>Starts without a session id: the only trace of such sessions.</summary>
    public const string AnonymousSession = "session_anonymous";
    public const string SessionStart = "session_start";
    public const string Conversation = "conversation";
    public const string Prompt = "prompt";
    public const string Error = "error";
    public const string Tool = "tool";

    /// <summary>Tool decisions from events; <see cref="EditDecision"/> are those from metrics, for edits only. They are never added together.</summary>
    public const string Decision = "decision";
    public const string EditDecision = "edit_decision";
    public const string Compaction = "compaction";
    public const string Subagent = "subagent";
    public const string ActiveTime = "active_time";
    public const string Lines = "lines";
    public const string Commit = "commit";
    public const string PullRequest = "pull_request";
}
