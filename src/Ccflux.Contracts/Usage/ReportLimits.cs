namespace Ccflux.Contracts.Usage;

/// <summary>Bounds of what <c>POST /report</c> accepts. Both sides enforce them: the client packs by them, the receiver refuses what exceeds them.</summary>
public static class ReportLimits
{
    public const int MaxSessionId = 64;
    public const int MaxModels = 20;
    public const int MaxModelName = 128;
    public const int MaxText = 64;
    public const int MaxLimitEvents = 20;
    public const int MaxTurnIndex = 1_000_000;

    /// <summary>Largest token count of one model in one turn of ccflux 0.1: ten thousand requests that each send a full context of a million tokens. A night
    /// of many agents at work reaches a tenth of that, so no honest turn exceeds it; and a sum of ten million such turns still fits a long.</summary>
    public const long MaxTokens = 10_000_000_000;

    /// <summary>Sessions of one report of requests.</summary>
    public const int MaxSessions = 500;

    /// <summary>Model names of one report of requests.</summary>
    public const int MaxReportModels = 200;

    /// <summary>Requests, turns and limit events of one report, together.</summary>
    public const int MaxFacts = 5000;

    /// <summary>Prompts of one turn.</summary>
    public const int MaxPrompts = 50;

    public const int MaxPauses = 1000;
    public const int MaxWebSearches = 1_000_000;

    /// <summary>Largest token count of one request: a thousand times the largest context. A sum of a billion such requests still fits a long.</summary>
    public const long MaxRequestTokens = 1_000_000_000;

    /// <summary>Maximum nesting of a body.</summary>
    public const int MaxDepth = 16;

    /// <summary>How far a turn may be in the future, and how far a signature's timestamp may be off, either way.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The body limit that a client assumes, in bytes; the receiver's is <c>BODY_LIMIT_KB</c>, uncompressed.</summary>
    public const int DefaultBodyBytes = 64 * 1024;
}
