using System.Text;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Parses one transcript line into what it means for usage. Lines that cannot matter are recognised by a few vectorised searches;
/// the rest is walked once. Nothing is allocated except new names, and the ids of rows if parents are followed. Not thread-safe.</summary>
/// <remarks>A line should be one JSON object as the client writes it. Tools that rewrite transcripts add spaces, joined files have byte
/// order marks in the middle, and a line that never got its line feed is followed by the next one: each object found counts.</remarks>
/// <param name="keys">How requests are identified. Without reports only answers matter, and prompts and tool results are passed over.</param>
/// <param name="followsParents">Whether every row with a uuid gets its <see cref="TranscriptRow.Ids"/>.</param>
internal sealed partial class RowParser(RequestKeys keys, bool followsParents = false)
{
    private static readonly byte[][] LocalMarks =
    [
        [.. "<command-name>"u8], [.. "<local-command-"u8], [.. "<task-notification>"u8],
        [.. "<bash-input>"u8], [.. "<bash-stdout>"u8], [.. "<bash-stderr>"u8],
    ];

    private const int HeadBytes = 384;

    /// <summary>Minimum length of the API's message ids.</summary>
    private const int ApiMessageId = 20;

    /// <summary>Longer than any of <see cref="LocalMarks"/> and other texts that identify a row's kind.</summary>
    private const int LongestMark = 64;

    private readonly bool _onlyAnswers = !keys.AreForReports && !followsParents;
    private readonly NameTable _names = new(Text);
    private readonly NameTable _sessions = new(Text);
    private readonly NameTable _models = new(ModelName.OfJson);

    /// <summary>Fills <paramref name="row"/> from the first object of the line, whatever the line contains.</summary>
    /// <returns>The rest of the line for <see cref="ParseNext"/>: empty for a well-formed line.</returns>
    public ReadOnlySpan<byte> Parse(ReadOnlySpan<byte> line, out TranscriptRow row)
    {
        row = default;
        _recoveries = 0;
        _isRecovered = false;
        line = Trim(line);
        if (line.IsEmpty || (line[0] == '{' && line[^1] == '}' && line[1] != 0 && !IsMessage(line) && !CanMatter(line)))
        {
            return default;
        }

        return ParseObject(line, ref row);
    }

    /// <summary>Continues in a line that contains more than one object.</summary>
    public ReadOnlySpan<byte> ParseNext(ReadOnlySpan<byte> rest, out TranscriptRow row)
    {
        row = default;
        return rest.IsEmpty ? default : ParseObject(rest, ref row);
    }

    private ReadOnlySpan<byte> ParseObject(ReadOnlySpan<byte> text, scoped ref TranscriptRow row)
    {
        var cursor = new JsonCursor(text);
        var isRecovered = _isRecovered;
        _isRecovered = false;
        if (text[0] != '{')
        {
            row.Fail(IsUtf16(text) ? LineFault.Utf16 : LineFault.NoObject);
            return Recover(text);
        }

        var parts = default(Parts);
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            ReadTop(key, ref cursor, ref parts, ref row);
            if (parts.IsDone || (parts.ToolResult && row.AtMs > 0 && parts.Type.SequenceEqual("user"u8) && !(followsParents && parts.Uuid.IsEmpty)))
            {
                // What follows is a prompt, or the result again, which can be most of the file: it is walked only if there is a row in it or after it.
                row.Kind = parts.IsDone ? RowKind.Ignored : RowKind.Activity;
                Identify(parts, ref row);
                if (cursor.Rest.IndexOf("parentUuid\""u8) < 0)
                {
                    return default;
                }

                if (parts.IsDone)
                {
                    cursor.Skip();
                }

                return Behind(cursor);
            }
        }

        if (cursor.Broken)
        {
            row = default;
            row.Fail(IsUtf16(text) ? LineFault.Utf16 : cursor.EndedEarly ? LineFault.Cut : LineFault.Broken);
            return Recover(text[1..]);
        }

        var behind = Trim(cursor.Rest);
        if (isRecovered && !behind.IsEmpty && behind[0] != '{')
        {
            row = default;
            return Recover(behind); // it was not a row, but was inside the value of one
        }

        row.Kind = Kind(parts, ref row);
        Identify(parts, ref row);
        return behind;
    }

    /// <summary>Rows of messages are recognisable by their first keys, which avoids searching their long rest.</summary>
    private static bool IsMessage(ReadOnlySpan<byte> line) => line[..Math.Min(line.Length, HeadBytes)].IndexOf("\"message\":{"u8) >= 0;

    /// <summary>Searches for names and values without the characters around them, so that spaces there do not matter. A search looks for the first and last byte:
    /// two quotes would stop it all the time.</summary>
    private bool CanMatter(ReadOnlySpan<byte> line) =>
        line.IndexOf("usage\""u8) >= 0
        || (!_onlyAnswers && (line.IndexOf("user\""u8) >= 0 || line.IndexOf("api_error\""u8) >= 0))
        || (followsParents && line.IndexOf("uuid\""u8) >= 0);

    /// <summary>Null for a text that is not a valid name: empty, too long, or with control characters, which the receiver would refuse.</summary>
    private static string? Text(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty || bytes.Length > ReportLimits.MaxText || bytes.ContainsAnyInRange((byte)0, (byte)0x1F)
        || Encoding.UTF8.GetString(bytes) is var text && text.Any(char.IsControl)
            ? null
            : text;

    private void ReadTop(ReadOnlySpan<byte> key, ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
    {
        switch (key.Length)
        {
            case 4 when key.SequenceEqual("type"u8):
                parts.Type = cursor.Text();
                break;
            case 4 when key.SequenceEqual("uuid"u8):
                parts.Uuid = cursor.Text();
                break;
            case 5 when key.SequenceEqual("error"u8):
                ReadError(ref cursor, ref parts, ref row);
                break;
            case 6 when key.SequenceEqual("isMeta"u8):
                parts.Meta |= cursor.IsTrue();
                break;
            case 6 when key.SequenceEqual("origin"u8) && cursor.Peek == '{':
                ReadOrigin(ref cursor, ref parts);
                break;
            case 7 when key.SequenceEqual("message"u8) && cursor.Peek == '{':
                parts.IsDone = _onlyAnswers && parts.Type.SequenceEqual("user"u8);
                if (!parts.IsDone)
                {
                    ReadMessage(ref cursor, ref parts, ref row);
                }

                break;
            case 7 when key.SequenceEqual("subtype"u8):
                parts.Subtype = cursor.Text();
                break;
            case 7 when key.SequenceEqual("version"u8):
                row.Version = _names.Get(cursor.Text());
                break;
            case 8 when key.SequenceEqual("promptId"u8):
                parts.PromptId = cursor.Text();
                break;
            case 9 when key.SequenceEqual("requestId"u8):
                parts.RequestId = cursor.Text();
                break;
            case 9 when key.SequenceEqual("sessionId"u8):
                parts.SessionId = cursor.Text();
                break;
            case 9 when key.SequenceEqual("timestamp"u8):
                row.AtMs = Instant.Parse(cursor.Text());
                break;
            case 10 when key.SequenceEqual("entrypoint"u8):
                row.Entrypoint = _names.Get(cursor.Text());
                break;
            case 10 when key.SequenceEqual("parentUuid"u8):
                parts.ParentUuid = cursor.Text();
                break;
            case 10 when key.SequenceEqual("turnOrigin"u8):
                parts.Notification |= cursor.Text().SequenceEqual("task_notification"u8);
                break;
            case 11 when key.SequenceEqual("isSidechain"u8):
                row.Sidechain = cursor.IsTrue();
                break;
            case 13 when key.SequenceEqual("toolUseResult"u8):
                parts.ToolResult = true;
                cursor.Skip();
                break;
            case 16 when key.SequenceEqual("isCompactSummary"u8):
                parts.Meta |= cursor.IsTrue();
                break;
            case 16 when key.SequenceEqual("requestSessionId"u8):
                parts.RequestSessionId = cursor.Text();
                break;
            case 17 when key.SequenceEqual("isApiErrorMessage"u8):
                parts.ApiError = cursor.IsTrue();
                break;
            default:
                cursor.Skip();
                break;
        }
    }

    private void ReadMessage(ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
    {
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            switch (key.Length)
            {
                case 2 when key.SequenceEqual("id"u8):
                    parts.MessageId = cursor.Text();
                    break;
                case 5 when key.SequenceEqual("model"u8):
                    parts.Model = cursor.Text();
                    break;
                case 5 when key.SequenceEqual("usage"u8) && cursor.Peek == '{':
                    parts.HasUsage = true;
                    UsageReader.Read(ref cursor, ref row.Usage, _models, ref parts.OddFigure);
                    break;
                case 7 when key.SequenceEqual("content"u8):
                    ReadContent(ref cursor, ref parts);
                    break;
                case 11 when key.SequenceEqual("stop_reason"u8):
                    parts.StopReason = cursor.Text();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }
    }

    private static void ReadContent(ref JsonCursor cursor, ref Parts parts)
    {
        if (cursor.Peek != '[')
        {
            parts.Text = cursor.Text();
            return;
        }

        cursor.Enter((byte)'[');
        while (cursor.NextElement())
        {
            if (cursor.Peek == '{')
            {
                ReadBlock(ref cursor, ref parts);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    /// <summary><c>{"type":"tool_use","id":"toolu_…","name":"Agent",…}</c>, <c>{"type":"text","text":"…"}</c> and others.</summary>
    private static void ReadBlock(ref JsonCursor cursor, ref Parts parts)
    {
        ReadOnlySpan<byte> type = default, text = default;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            switch (key.Length)
            {
                case 4 when key.SequenceEqual("type"u8):
                    type = cursor.Text();
                    break;
                case 4 when key.SequenceEqual("text"u8):
                    text = cursor.Text();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        if (parts.Text.IsEmpty)
        {
            parts.Text = text;
        }

        parts.ToolResult |= type.SequenceEqual("tool_result"u8);
        parts.ToolUse |= type.SequenceEqual("tool_use"u8);
    }

    private static void ReadOrigin(ref JsonCursor cursor, ref Parts parts)
    {
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("kind"u8))
            {
                parts.Notification |= cursor.Text().SequenceEqual("task-notification"u8);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    /// <summary>Reads an error: a string on a synthetic message; on a retry
    /// <c>{"status":429,"rateLimits":{"rateLimitType":"five_hour","resetsAt":1795252208},…}</c>.</summary>
    private void ReadError(ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
    {
        if (cursor.Peek != '{')
        {
            parts.Error = cursor.Text();
            return;
        }

        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("status"u8))
            {
                var odd = false;
                parts.Status = cursor.Count(999, ref odd);
            }
            else if (key.SequenceEqual("rateLimits"u8) && cursor.Peek == '{')
            {
                ReadRateLimits(ref cursor, ref row);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private void ReadRateLimits(ref JsonCursor cursor, ref TranscriptRow row)
    {
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("rateLimitType"u8))
            {
                row.Window = _names.Get(cursor.Text());
            }
            else if (key.SequenceEqual("resetsAt"u8))
            {
                var odd = false;
                row.ResetsAtMs = cursor.Count(Instant.MaxSeconds, ref odd) * 1000;
            }
            else
            {
                cursor.Skip();
            }
        }
    }
}
