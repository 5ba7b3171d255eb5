using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Result of one scan of a session.</summary>
internal sealed record ScanResult
{
    /// <summary>The turns that changed since the committed state, by index, each with its complete figures.</summary>
    public required IReadOnlyList<TurnReport> Turns { get; init; }

    /// <summary>The state to commit once all of <see cref="Turns"/> are acknowledged.</summary>
    public required TranscriptState Next { get; init; }

    /// <summary>The client version in the newest row.</summary>
    public string? ClaudeCodeVersion { get; init; }

    /// <summary>How many bytes were read: the cost of the scan.</summary>
    public long BytesRead { get; init; }

    /// <summary>Lines of the session so far that could not be read.</summary>
    public int MalformedLines { get; init; }

    /// <summary>What was wrong with lines of this scan.</summary>
    public LineFaults Faults { get; init; } = new();

    /// <summary>Files that could not be read. Their rows are left for a later scan.</summary>
    public IReadOnlyList<ReadProblem> Problems { get; init; } = [];
}

/// <summary>A transcript file that could not be read, and why, in words for a log on this machine.</summary>
internal sealed record ReadProblem(string Path, string Reason);
