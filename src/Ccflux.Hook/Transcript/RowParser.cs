using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>One transcript line in, what it means for usage out. Lines that cannot matter are told by three vectorised searches,
/// the rest is walked once. Nothing is allocated but names not met before. Not for several threads at once.</summary>
internal sealed class RowParser
{
    private static readonly byte[][] LocalMarks =
    [
        [.. "<command-name>"u8], [.. "<local-command-"u8], [.. "<task-notification>"u8],
        [.. "<bash-input>"u8], [.. "<bash-stdout>"u8], [.. "<bash-stderr>"u8],
    ];

    private const int HeadBytes = 384;

    private readonly NameTable _names = new();

    /// <summary>The parts of a row that decide what it is, gathered in whatever order its keys stand.</summary>
    private ref struct Parts
    {
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> Subtype;
        public ReadOnlySpan<byte> Uuid;
        public ReadOnlySpan<byte> Error;
        public ReadOnlySpan<byte> MessageId;
        public ReadOnlySpan<byte> Model;
        public ReadOnlySpan<byte> StopReason;
        public ReadOnlySpan<byte> Text;
        public bool Meta;
        public bool ApiError;
        public bool ToolResult;
        public bool ToolUse;
        public bool Notification;
        public bool HasUsage;
        public long Status;
    }

    /// <summary>Fills <paramref name="row"/> whatever the line holds.</summary>
    public void Parse(ReadOnlySpan<byte> line, out TranscriptRow row)
    {
        row = default;
        // What a crash leaves of a page that was never written: NULs, with the next row behind them.
        line = line.TrimStart((byte)0).Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            return;
        }

        if (line[0] != '{' || line[^1] != '}')
        {
            row.Kind = RowKind.Malformed;
            return;
        }

        if (!IsMessage(line) && !CanMatter(line))
        {
            return;
        }

        var cursor = new JsonCursor(line);
        var parts = default(Parts);
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            ReadTop(key, ref cursor, ref parts, ref row);
            if (parts.ToolResult && row.AtMs > 0 && parts.Type.SequenceEqual("user"u8))
            {
                // What follows is the result once more, which can be most of the file.
                row.Kind = RowKind.Activity;
                return;
            }
        }

        row.Kind = cursor.Broken || !cursor.AtEnd ? RowKind.Malformed : Kind(parts, ref row);
    }

    /// <summary>Rows of messages say so within their first keys, which spares searching their long rest.</summary>
    private static bool IsMessage(ReadOnlySpan<byte> line) => line[..Math.Min(line.Length, HeadBytes)].IndexOf("\"message\":{"u8) >= 0;

    private static bool CanMatter(ReadOnlySpan<byte> line) =>
        line.IndexOf("\"usage\":{"u8) >= 0
        || line.IndexOf("\"type\":\"user\""u8) >= 0
        || line.IndexOf("\"subtype\":\"api_error\""u8) >= 0;

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
                ReadMessage(ref cursor, ref parts, ref row);
                break;
            case 7 when key.SequenceEqual("subtype"u8):
                parts.Subtype = cursor.Text();
                break;
            case 7 when key.SequenceEqual("version"u8):
                row.Version = _names.Get(cursor.Text(), ReportLimits.MaxText);
                break;
            case 9 when key.SequenceEqual("timestamp"u8):
                row.AtMs = Instant.Parse(cursor.Text());
                break;
            case 10 when key.SequenceEqual("entrypoint"u8):
                row.Entrypoint = _names.Get(cursor.Text(), ReportLimits.MaxText);
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
            case 17 when key.SequenceEqual("isApiErrorMessage"u8):
                parts.ApiError = cursor.IsTrue();
                break;
            default:
                cursor.Skip();
                break;
        }
    }

    private static void ReadMessage(ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
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
                    UsageReader.Read(ref cursor, ref row.Usage);
                    break;
                case 7 when key.SequenceEqual("content"u8):
                    ReadContent(ref cursor, ref parts, ref row);
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

    private static void ReadContent(ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
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
                ReadBlock(ref cursor, ref parts, ref row);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    /// <summary><c>{"type":"tool_use","id":"toolu_…","name":"Agent",…}</c>, <c>{"type":"text","text":"…"}</c> and others.</summary>
    private static void ReadBlock(ref JsonCursor cursor, ref Parts parts, ref TranscriptRow row)
    {
        ReadOnlySpan<byte> type = default, id = default, name = default, text = default;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            switch (key.Length)
            {
                case 4 when key.SequenceEqual("type"u8):
                    type = cursor.Text();
                    break;
                case 2 when key.SequenceEqual("id"u8):
                    id = cursor.Text();
                    break;
                case 4 when key.SequenceEqual("name"u8):
                    name = cursor.Text();
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
        if (type.SequenceEqual("tool_use"u8))
        {
            parts.ToolUse = true;
            if (name.SequenceEqual("Agent"u8) || name.SequenceEqual("Task"u8))
            {
                row.AgentCall = IdHash.Of(id);
            }
        }
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

    /// <summary>A word on a synthetic message; on a retry
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
            if (key.SequenceEqual("status"u8) && cursor.Peek is >= (byte)'0' and <= (byte)'9')
            {
                parts.Status = cursor.Count(999);
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
                row.Window = _names.Get(cursor.Text(), ReportLimits.MaxText);
            }
            else if (key.SequenceEqual("resetsAt"u8) && cursor.Peek is >= (byte)'0' and <= (byte)'9')
            {
                row.ResetsAtMs = cursor.Count(Instant.MaxSeconds) * 1000;
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private RowKind Kind(in Parts parts, ref TranscriptRow row)
    {
        if (parts.Type.SequenceEqual("assistant"u8))
        {
            return AssistantKind(parts, ref row);
        }

        if (parts.Type.SequenceEqual("user"u8))
        {
            return UserKind(parts, ref row);
        }

        if (!parts.Type.SequenceEqual("system"u8) || !parts.Subtype.SequenceEqual("api_error"u8))
        {
            return RowKind.Ignored;
        }

        row.RateLimited = parts.Status == 429 || row.Window is not null;
        return row.RateLimited ? RowKind.Limit : RowKind.Activity;
    }

    private RowKind AssistantKind(in Parts parts, ref TranscriptRow row)
    {
        row.Id = IdHash.Of(parts.MessageId.IsEmpty ? parts.Uuid : parts.MessageId);
        if (parts.ApiError)
        {
            row.RateLimited = parts.Error.SequenceEqual("rate_limit"u8);
            return RowKind.Failure;
        }

        if (!parts.HasUsage || parts.Model.SequenceEqual("<synthetic>"u8))
        {
            return RowKind.Ignored;
        }

        if (parts.Model.IsEmpty || parts.Model.Length > ReportLimits.MaxModelName || row.Id == 0)
        {
            return RowKind.Malformed;
        }

        row.CallsTool = parts.StopReason.IsEmpty ? parts.ToolUse : parts.StopReason.SequenceEqual("tool_use"u8);
        row.Usage.Model = _names.Get(parts.Model, ReportLimits.MaxModelName);
        row.Usage.Partial = parts.StopReason.IsEmpty;
        row.Usage.Subagent = row.Sidechain;
        return RowKind.Message;
    }

    private static RowKind UserKind(in Parts parts, ref TranscriptRow row)
    {
        if (row.Sidechain || parts.ToolResult)
        {
            return RowKind.Activity;
        }

        // Slash commands that the client answers itself begin with their name; those that become a prompt begin with <command-message>.
        if (parts.Meta || parts.Notification || IsLocal(parts.Text))
        {
            return RowKind.Ignored;
        }

        if (parts.Text.StartsWith("[Request interrupted by user"u8))
        {
            return RowKind.Interrupt;
        }

        row.Id = IdHash.Of(parts.Uuid);
        return RowKind.Prompt;
    }

    private static bool IsLocal(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '<')
        {
            return false;
        }

        foreach (var mark in LocalMarks)
        {
            if (text.StartsWith(mark))
            {
                return true;
            }
        }

        return false;
    }
}
