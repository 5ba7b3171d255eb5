using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>The transcripts of one session.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Main">Its own, of which a copy may stand in another project's folder; one may be gone while its subagents' remain.</param>
/// <param name="Subagents">Its subagents'.</param>
internal sealed record SessionPaths(string SessionId, IReadOnlyList<string> Main, IReadOnlyList<string> Subagents)
{
    public IEnumerable<string> All => Main.Concat(Subagents);
}

/// <summary>What is new in the transcripts of one session.</summary>
internal sealed record SessionReading
{
    /// <summary>As far as the new rows tell of them. Their turns are among <see cref="Turns"/>, or 0.</summary>
    public required IReadOnlyCollection<Request> Requests { get; init; }

    /// <summary>The turns that have new rows, as far as they are known now.</summary>
    public required IReadOnlyList<ReportedTurn> Turns { get; init; }

    public required IReadOnlyList<LimitReading> Limits { get; init; }

    /// <summary>The state once all of this is stored.</summary>
    public required SessionProgress Next { get; init; }

    /// <summary>The client version in the newest row.</summary>
    public string? ClaudeCodeVersion { get; init; }

    /// <summary>How many bytes were read: the cost of the reading.</summary>
    public long BytesRead { get; init; }

    /// <summary>What was wrong with lines.</summary>
    public LineFaults Faults { get; init; } = new();

    /// <summary>Files that could not be read. Their rows are left for a later reading.</summary>
    public IReadOnlyList<ReadProblem> Problems { get; init; } = [];

    /// <summary>Rows that may not be reported: written during a pause.</summary>
    public long SilentRows { get; init; }

    public bool IsEmpty => Requests.Count == 0 && Turns.Count == 0;
}

/// <summary>A rate limit in a transcript.</summary>
/// <param name="Turn">Key of the turn; 0 if it is not known.</param>
/// <param name="AtMs">When it was met, in epoch milliseconds.</param>
/// <param name="Window">The limit's name; null if the transcript does not name it.</param>
/// <param name="ResetsAtMs">When it ends; 0 if the transcript does not say.</param>
/// <param name="Final">It ended the turn.</param>
internal sealed record LimitReading(long Turn, long AtMs, string? Window, long ResetsAtMs, bool Final);
