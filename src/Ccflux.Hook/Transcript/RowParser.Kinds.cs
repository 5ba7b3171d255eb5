using System.Buffers.Text;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Determines what a row is, from the parts that were read.</summary>
internal sealed partial class RowParser
{
    /// <summary>The parts of a row that decide what it is, gathered in whatever order its keys appear.</summary>
    private ref struct Parts
    {
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> Subtype;
        public ReadOnlySpan<byte> Uuid;
        public ReadOnlySpan<byte> ParentUuid;
        public ReadOnlySpan<byte> RequestId;
        public ReadOnlySpan<byte> PromptId;
        public ReadOnlySpan<byte> SessionId;
        public ReadOnlySpan<byte> RequestSessionId;
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
        public bool OddFigure;
        public long Status;

        /// <summary>The rest of the row does not matter.</summary>
        public bool IsDone;
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
        if (parts.ApiError)
        {
            row.RateLimited = parts.Error.SequenceEqual("rate_limit"u8);
            return RowKind.Failure;
        }

        if (!parts.HasUsage || Unescaped(parts.Model, stackalloc byte[LongestMark]).SequenceEqual("<synthetic>"u8))
        {
            return RowKind.Ignored;
        }

        row.Usage.Model = _models.Get(parts.Model);
        if (parts.RequestId.IsEmpty && parts.MessageId.IsEmpty && parts.Uuid.IsEmpty && row.AtMs == 0)
        {
            row.Fail(LineFault.NoIdentity);
            return row.Kind;
        }

        row.Fault = parts.OddFigure ? LineFault.Figure : LineFault.None;
        row.CallsTool = parts.StopReason.IsEmpty ? parts.ToolUse : parts.StopReason.SequenceEqual("tool_use"u8);
        row.Usage.Partial = parts.StopReason.IsEmpty;
        return RowKind.Message;
    }

    /// <summary>What identifies the row, its request, its turn and its session.</summary>
    private void Identify(in Parts parts, ref TranscriptRow row)
    {
        if (row.Kind == RowKind.Message && LedgerKey.IsApiRequestId(parts.RequestId))
        {
            row.Key = keys.OfRequest(parts.RequestId);
            row.HasApiId = true;
        }

        if (row.Kind is RowKind.Message or RowKind.Prompt or RowKind.Failure)
        {
            row.OwnSession = !parts.RequestSessionId.IsEmpty;
            row.Session = _sessions.Get(row.OwnSession ? parts.RequestSessionId : parts.SessionId);
        }

        if (keys.AreForReports && parts.Type.SequenceEqual("user"u8))
        {
            row.Prompt = parts.PromptId.IsEmpty ? 0 : LedgerKey.OfPrompt(parts.PromptId);
            row.Turn = row.Kind == RowKind.Prompt && !parts.Uuid.IsEmpty ? LedgerKey.OfTurn(parts.Uuid) : 0;
        }

        if (followsParents && row.Kind != RowKind.Malformed)
        {
            row.Ids = new RowIds(
                parts.Uuid.ToArray(), parts.ParentUuid.ToArray(), parts.MessageId.ToArray(), parts.Type.SequenceEqual("user"u8), IsApiMessageId(parts.MessageId));
        }
    }

    /// <summary><c>msg_01yC3vH379scTS312N1TrL</c>, <c>msg_bdrk_01…</c>; shorter ones come from relays.</summary>
    private static bool IsApiMessageId(ReadOnlySpan<byte> id) => id.Length >= ApiMessageId && id.StartsWith("msg_"u8);

    private static RowKind UserKind(in Parts parts, ref TranscriptRow row)
    {
        if (row.Sidechain || parts.ToolResult)
        {
            return RowKind.Activity;
        }

        // Slash commands that the client answers itself start with their name; those that become a prompt start with <command-message>.
        if (parts.Meta || parts.Notification || IsLocal(parts.Text))
        {
            return RowKind.Ignored;
        }

        if (parts.Text.StartsWith("[Request interrupted by user"u8))
        {
            return RowKind.Interrupt;
        }

        return RowKind.Prompt;
    }

    private static bool IsLocal(ReadOnlySpan<byte> text)
    {
        var beginning = Unescaped(text, stackalloc byte[LongestMark]);
        if (beginning.IsEmpty || beginning[0] != '<')
        {
            return false;
        }

        foreach (var mark in LocalMarks)
        {
            if (beginning.StartsWith(mark))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The start of a text without <c>\u003c</c> and similar escapes: some tools that rewrite transcripts escape more than necessary.</summary>
    private static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> text, Span<byte> beginning)
    {
        const int Escape = 6;
        if (text.IsEmpty || text[0] != '\\')
        {
            return text;
        }

        var length = 0;
        for (; length < beginning.Length && !text.IsEmpty; length++)
        {
            if (text[0] != '\\')
            {
                beginning[length] = text[0];
                text = text[1..];
            }
            else if (text.Length >= Escape && text[1] == 'u' && Utf8Parser.TryParse(text[2..Escape], out ushort code, out var digits, 'x') && digits == 4 && code < 0x80)
            {
                beginning[length] = (byte)code;
                text = text[Escape..];
            }
            else
            {
                break;
            }
        }

        return beginning[..length];
    }
}
