using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Spool;

/// <summary>Identifies a turn: a later report of the same turn replaces the earlier one.</summary>
internal readonly record struct TurnId(string SessionId, int Index)
{
    public static TurnId Of(TurnReport turn) => new(turn.SessionId, turn.TurnIndex);
}

/// <summary><c>pending_reports.jsonl</c>: turns that are waiting for acknowledgement, one per line. It caches the transcripts, in case one is
/// deleted before its turns were delivered; what does not fit is built from the transcripts again.</summary>
internal static class ReportQueue
{
    public const int MaxReports = 500;

    public static List<TurnReport> Load(StateDirectory state, StateLog log)
    {
        if (AtomicFile.Read(state.Queue) is not { } bytes)
        {
            return [];
        }

        var turns = new List<TurnReport>();
        var broken = 0;
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            var line = bytes.AsSpan()[range];
            if (line.IsEmpty)
            {
                continue;
            }

            // ccflux 0.1: {"schema_version":1,"session_id":"…","user_email":"…",…}. It counted too much; the transcripts have the correct figures.
            if (line.IndexOf("\"schema_version\""u8) >= 0)
            {
                File.Move(state.Queue, state.LegacyQueue, overwrite: true);
                log.Activity("queue: set aside the queue of ccflux 0.1; its turns are read from the transcripts instead");
                return [];
            }

            if (Parse(line) is { } turn)
            {
                turns.Add(turn);
            }
            else
            {
                broken++;
            }
        }

        if (broken > 0)
        {
            log.Error($"queue: {broken} damaged lines skipped; their turns are built from the transcripts again");
        }

        return turns;
    }

    /// <summary>Writes the first <see cref="MaxReports"/>; removes the file if there are none.</summary>
    public static void Save(StateDirectory state, IEnumerable<TurnReport> turns)
    {
        using var content = new MemoryStream();
        foreach (var turn in turns.Take(MaxReports))
        {
            JsonSerializer.Serialize(content, turn, UsageJson.Default.TurnReport);
            content.WriteByte((byte)'\n');
        }

        if (content.Length > 0)
        {
            AtomicFile.Write(state.Queue, content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        else
        {
            File.Delete(state.Queue);
        }
    }

    private static TurnReport? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, UsageJson.Default.TurnReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
