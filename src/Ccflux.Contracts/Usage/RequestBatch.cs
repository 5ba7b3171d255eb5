namespace Ccflux.Contracts.Usage;

/// <summary>Body of <c>POST /report</c>, schema 3: requests of one machine, in any order, as often as needed: sending one again changes nothing. A list that is absent
/// or null is empty.</summary>
public sealed record RequestBatch
{
    public const int Version = 3;

    public int SchemaVersion { get; init; } = Version;

    public required ClientInfo Client { get; init; }

    /// <summary>True for history: it has an allowance of its own, and live reports do not wait for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Backfill { get; init; }

    /// <summary>The models that <see cref="ReportedRequest.Model"/> counts, as the API names them.</summary>
    public IReadOnlyList<string> Models { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ReportedSession> Sessions { get; init => field = value ?? []; } = [];

    /// <summary>When reporting was paused on this machine: telemetry's requests in these intervals are left out.</summary>
    public IReadOnlyList<ReportedPause>? Pauses { get; init; }
}

/// <summary>What a batch says of one session.</summary>
public sealed record ReportedSession
{
    public required string SessionId { get; init; }

    /// <summary>How the client was started, in its own words: <c>cli</c>, <c>sdk-cli</c>, …</summary>
    public string? Entrypoint { get; init; }

    /// <summary>The turns that <see cref="ReportedRequest.Turn"/> counts.</summary>
    public IReadOnlyList<ReportedTurn> Turns { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ReportedRequest> Requests { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ReportedLimit>? LimitEvents { get; init; }
}

/// <summary>A turn: a user's prompt and everything that followed until the next one.</summary>
public sealed record ReportedTurn
{
    /// <summary><see cref="LedgerKey.OfTurn"/>.</summary>
    [JsonConverter(typeof(LedgerKeyConverter))]
    public required long Key { get; init; }

    /// <summary><see cref="LedgerKey.OfPrompt"/> of each of its prompt ids.</summary>
    public IReadOnlyList<string>? Prompts { get; init; }

    /// <summary>When its first row was written, in epoch milliseconds.</summary>
    public required long Started { get; init; }

    /// <summary>When its last row was written, in epoch milliseconds.</summary>
    public required long Ended { get; init; }

    /// <summary>One of <see cref="TurnOutcome"/>.</summary>
    public required string Outcome { get; init; }
}

/// <summary>A rate limit in an answer of the API.</summary>
public sealed record ReportedLimit
{
    /// <summary>Place of the turn in <see cref="ReportedSession.Turns"/>; absent if it is not known.</summary>
    public int? Turn { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>The limit's name, such as <c>five_hour</c>; absent if the transcript does not name it.</summary>
    public string? Window { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long? ResetsAt { get; init; }

    /// <summary>True when this event ended the turn; false when a retry followed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Final { get; init; }
}

/// <summary>A pause: times only. Open while <see cref="Until"/> is null. Epoch milliseconds.</summary>
public sealed record ReportedPause(long From, long? Until);
