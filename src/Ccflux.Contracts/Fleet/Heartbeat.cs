namespace Ccflux.Contracts.Fleet;

/// <summary>Body of <c>POST /heartbeat</c>: one config directory with all its sessions, every few seconds while at least one of them is alive.</summary>
public sealed record Heartbeat
{
    public const int Version = 1;

    public int SchemaVersion { get; init; } = Version;

    /// <summary>Increases with every heartbeat of an agent, also across restarts: a recorded heartbeat is refused.</summary>
    public required long Sequence { get; init; }

    public required AgentInfo Agent { get; init; }

    /// <summary>Fingerprint of the login in the config directory now; null if there is none.</summary>
    public string? Applied { get; init; }

    /// <summary>Commands that were carried out since the last answered heartbeat. Reporting one twice does no harm.</summary>
    public required IReadOnlyList<long> Confirmed { get; init; }

    /// <summary>Commands that will not be carried out, with the reason: their content was discarded.</summary>
    public required IReadOnlyList<RefusedCommand> Refused { get; init; }

    public required IReadOnlyList<LiveSession> Sessions { get; init; }
}

/// <summary>The sender of a heartbeat.</summary>
public sealed record AgentInfo
{
    public required string Version { get; init; }

    /// <summary>Operating system and architecture, such as <c>linux-x86_64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>One of <see cref="LoginPlace"/>.</summary>
    public required string Login { get; init; }
}

/// <summary>Where the client keeps its login. Swaps can change files only.</summary>
public static class LoginPlace
{
    public const string File = "file";
    public const string Keychain = "keychain";
    public const string None = "none";

    public static bool IsKnown(string value) => value is File or Keychain or None;
}

/// <summary>A session of Claude Code whose process is alive.</summary>
public sealed record LiveSession
{
    public required string SessionId { get; init; }

    /// <summary>One of <see cref="SessionState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The model that it last used; null if unknown.</summary>
    public string? Model { get; init; }

    /// <summary>When it entered this state.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>What a session is doing.</summary>
public static class SessionState
{
    /// <summary>Waiting for its user.</summary>
    public const string Idle = "idle";

    /// <summary>Answering.</summary>
    public const string Turn = "turn";

    /// <summary>A tool call is open: no swap may happen.</summary>
    public const string Tool = "tool";

    public static bool IsKnown(string value) => value is Idle or Turn or Tool;
}

/// <summary>A command that will not be carried out.</summary>
/// <param name="Id">Id of the command.</param>
/// <param name="Reason">One of <see cref="RefusalReasons"/>.</param>
public sealed record RefusedCommand(long Id, string Reason);

/// <summary>Why an agent does not carry out a command.</summary>
public static class RefusalReasons
{
    public const string Expired = "expired";

    /// <summary>The id is not above the last one.</summary>
    public const string Replayed = "replayed";

    /// <summary>It cannot be opened with this agent's key, or is of a kind that this agent does not know.</summary>
    public const string NotForMe = "not-for-me";

    /// <summary>The receiver's key that was pinned at enrolment did not sign it, unchanged, for this agent: someone else created or changed it. This does not refuse the command
    /// that really has this id, if there is one.</summary>
    public const string NotSigned = "unsigned";

    /// <summary>The login in the config directory is not the one that the command replaces.</summary>
    public const string Superseded = "superseded";

    /// <summary>The client keeps its login where an agent cannot write one.</summary>
    public const string NoLoginFile = "no-login-file";

    /// <summary>The file could not be written; its content is unchanged.</summary>
    public const string WriteFailed = "write-failed";

    public static bool IsKnown(string reason) => reason is Expired or Replayed or NotForMe or NotSigned or Superseded or NoLoginFile or WriteFailed;
}

/// <summary>Answer to a heartbeat.</summary>
public sealed record HeartbeatReply
{
    /// <summary>The commands for the agent, oldest first. One that was not confirmed is sent again with the same id.</summary>
    public required IReadOnlyList<SealedCommand> Commands { get; init; }

    /// <summary>Seconds until the next heartbeat.</summary>
    public required int NextSeconds { get; init; }
}
