using System.Text;
using System.Text.Json;

namespace Ccflux.Hook.Spool;

/// <summary>The parts of a hook's input that are kept: the session, the path of its transcript, and the event. Everything else is skipped unread.
/// The session is null if the input does not name it, or names it by something that is not a file name.</summary>
internal sealed record HookEvent(string? SessionId, string? TranscriptPath, string? Name)
{
    private const int MaxSessionId = 64;

    // {"session_id":"9f1a8809-…","transcript_path":"/home/dev/.claude/projects/-home-dev-proj/9f1a8809-….jsonl","cwd":"…","hook_event_name":"Stop",…}

    /// <summary>Reads as far as the text is JSON; the fields found up to there count.</summary>
    public static HookEvent Read(ReadOnlySpan<byte> json)
    {
        string? session = null, transcript = null, name = null;
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState());
            while ((session is null || transcript is null || name is null) && reader.Read())
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
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Broken input: what was read before the break is all there is.
        }

        return new HookEvent(IsFileName(session) ? session : null, transcript, name);
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

    /// <summary>The spool's line: session, event and transcript, separated by tabs. It also starts with a line feed, so that a line cut short by a full disk
    /// does not spoil another.</summary>
    public byte[] ToLine()
    {
        var path = TranscriptPath is { } text && !text.AsSpan().ContainsAny('\t', '\n', '\r') ? text : "";
        return Encoding.UTF8.GetBytes($"\n{SessionId}\t{OneWord(Name)}\t{path}\n");
    }

    /// <summary>Null if the line is not one of ours (a crash while writing can leave half a line).</summary>
    public static HookEvent? Parse(ReadOnlySpan<byte> line)
    {
        var parts = Encoding.UTF8.GetString(line).Split('\t');
        return parts.Length == 3 && IsFileName(parts[0])
            ? new HookEvent(parts[0], parts[2].Length > 0 ? parts[2] : null, parts[1])
            : null;
    }

    private static string OneWord(string? name) => IsFileName(name) ? name! : "";

    private static string? NextText(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
}
