using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ccflux.Hook.Spool;

/// <summary>The parts of a hook's input that are kept: the session, the path of its transcript, and the event. Everything else is skipped unread.
/// The session is null if the input does not name it, or names it by something that is not a file name.</summary>
internal sealed record HookEvent(string? SessionId, string? TranscriptPath, string? Name)
{
    private const string Start = "SessionStart";

    /// <summary>A session that goes on where an earlier one ended.</summary>
    public bool IsResume { get; init; }

    /// <summary>What the transcript was when the session was resumed; null for other events.</summary>
    public ResumePoint? Resumed { get; init; }

    private const int MaxSessionId = 64;

    // {"session_id":"9f1a8809-…","transcript_path":"/home/dev/.claude/projects/-home-dev-proj/9f1a8809-….jsonl","cwd":"…","hook_event_name":"Stop",…}

    /// <summary>Reads as far as the text is JSON; the fields found up to there count.</summary>
    public static HookEvent Read(ReadOnlySpan<byte> json)
    {
        string? session = null, transcript = null, name = null, source = null;
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState());
            while ((session is null || transcript is null || name is null || (name is Start && source is null)) && reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                if (reader.ValueTextEquals("session_id"u8))
                {
                    session = NextText(ref reader);
                }
                else if (reader.ValueTextEquals("transcript_path"u8))
                {
                    transcript = NextText(ref reader);
                }
                else if (reader.ValueTextEquals("hook_event_name"u8))
                {
                    name = NextText(ref reader);
                }
                else if (reader.ValueTextEquals("source"u8))
                {
                    source = NextText(ref reader);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Broken input: what was read before the break is all there is.
        }

        return new HookEvent(IsFileName(session) ? session : null, transcript, name) { IsResume = name is Start && source is "resume" };
    }

    /// <summary>Whether an id is safe as a file name: session ids name files (<c>&lt;session&gt;.offset</c>).</summary>
    public static bool IsFileName(string? id)
    {
        if (id is not { Length: > 0 and <= MaxSessionId })
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The spool's line: session, event and transcript, separated by tabs; for a resumed session also the transcript's length in bytes and the time in epoch milliseconds. It also starts with a line feed, so that a line cut short by a full disk
    /// does not spoil another.</summary>
    public byte[] ToLine()
    {
        var path = TranscriptPath is { } text && !text.AsSpan().ContainsAny('\t', '\n', '\r') ? text : "";
        var resumed = Resumed is { } point ? string.Create(CultureInfo.InvariantCulture, $"\t{point.Length}\t{point.AtMs}") : "";
        return Encoding.UTF8.GetBytes($"\n{SessionId}\t{OneWord(Name)}\t{path}{resumed}\n");
    }

    /// <summary>Null if the line is not one of ours (a crash while writing can leave half a line).</summary>
    public static HookEvent? Parse(ReadOnlySpan<byte> line)
    {
        var parts = Encoding.UTF8.GetString(line).Split('\t');
        if (parts.Length is not (3 or 5) || !IsFileName(parts[0]))
        {
            return null;
        }

        var hookEvent = new HookEvent(parts[0], parts[2].Length > 0 ? parts[2] : null, parts[1]);
        return parts.Length == 5 && Number(parts[3]) is { } length && Number(parts[4]) is { } at
            ? hookEvent with { IsResume = true, Resumed = new ResumePoint(length, at) }
            : hookEvent;
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string OneWord(string? name) => IsFileName(name) ? name! : "";

    private static string? NextText(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
}

/// <summary>A transcript when its session was resumed.</summary>
/// <param name="Length">In bytes; 0 if there was none.</param>
/// <param name="AtMs">When that was, in epoch milliseconds.</param>
internal sealed record ResumePoint(long Length, long AtMs);
