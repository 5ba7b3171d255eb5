using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>A turn as far as it has been read. Instants are epoch milliseconds; 0: none.</summary>
internal sealed class TurnState(long key)
{
    /// <summary><see cref="LedgerKey.OfTurn"/>.</summary>
    public long Key => key;

    /// <summary>When the prompt was written, even if that may not be reported.</summary>
    public long PromptMs { get; set; }

    /// <summary>The first and the last row that may be reported, including those of subagents.</summary>
    public long StartedMs { get; private set; }

    public long EndedMs { get; private set; }

    /// <summary>When the row that <see cref="End"/> is known from was written.</summary>
    public long EndMs { get; private set; }

    public TurnEnd End { get; private set; }

    /// <summary>A row of the main thread. A copy of an older state of the transcript says nothing about the end.</summary>
    public void See(in TranscriptRow row, long atMs)
    {
        StartedMs = StartedMs == 0 ? atMs : Math.Min(StartedMs, atMs);
        SeeSubagent(atMs);
        if (atMs >= EndMs)
        {
            EndMs = atMs;
            End = row.Kind switch
            {
                RowKind.Message => row.CallsTool ? TurnEnd.Open : TurnEnd.Answered,
                RowKind.Failure => TurnEnd.Failed,
                _ => TurnEnd.Open,
            };
        }
    }

    /// <summary>A subagent's row: the turn continues, but does not start earlier.</summary>
    public void SeeSubagent(long atMs) => EndedMs = Math.Max(EndedMs, atMs);

    /// <param name="prompts">Keys of prompts of the turn.</param>
    public ReportedTurn ToReport(IReadOnlyList<string>? prompts) => new()
    {
        Key = key,
        Prompts = prompts,
        Started = StartedMs > 0 ? StartedMs : EndedMs,
        Ended = EndedMs,
        Outcome = End switch
        {
            TurnEnd.Answered => TurnOutcome.Completed,
            TurnEnd.Failed => TurnOutcome.Failed,
            TurnEnd.Open => TurnOutcome.Interrupted,
        },
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write(key);
        writer.Write7BitEncodedInt64(PromptMs);
        writer.Write7BitEncodedInt64(StartedMs);
        writer.Write7BitEncodedInt64(EndedMs);
        writer.Write7BitEncodedInt64(EndMs);
        writer.Write((byte)End);
    }

    public static TurnState Read(BinaryReader reader) => new(reader.ReadInt64())
    {
        PromptMs = reader.Read7BitEncodedInt64(),
        StartedMs = reader.Read7BitEncodedInt64(),
        EndedMs = reader.Read7BitEncodedInt64(),
        EndMs = reader.Read7BitEncodedInt64(),
        End = (TurnEnd)reader.ReadByte(),
    };
}

/// <summary>What the rows of a turn's main thread have ended with so far.</summary>
internal enum TurnEnd : byte
{
    /// <summary>No answer yet, an answer that called a tool, or the user stopped it.</summary>
    Open = 0,
    Answered = 1,
    Failed = 2,
}
