using System.Text.Json;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>Finds a few short fields in a hook's input while it streams by. The id of a tool call follows its input and its answer, which may be megabytes;
/// these pass through a small buffer and none of them is kept.</summary>
internal sealed class FleetEventReader
{
    private const int MaxName = 32;
    private const int MaxValue = 4096;
    private const int MaxBatch = 200;

    private readonly byte[] _name = new byte[MaxName];
    private readonly byte[] _value = new byte[MaxValue + 2];
    private int _nameLength;
    private int _valueLength;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _afterColon;
    private bool _inCalls;
    private bool _isValue;

    public FleetEvent Event { get; } = new();

    // {"session_id":"9f1a…","transcript_path":"/home/dev/.claude/projects/-home-dev-proj/9f1a….jsonl","prompt_id":"…","hook_event_name":"PostToolUse",
    //  "tool_name":"Bash","tool_input":{…},"tool_response":{…},"tool_use_id":"toolu_01…","duration_ms":12}
    // {…,"hook_event_name":"PostToolBatch","tool_calls":[{"tool_name":"Bash","tool_input":{…},"tool_use_id":"toolu_01…","tool_response":…}]}

    public void Add(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            chunk = _inString ? chunk[WithinString(chunk)..] : chunk[Between(chunk)..];
        }
    }

    /// <summary>The length up to and including the end of the string, or all of the chunk.</summary>
    private int WithinString(ReadOnlySpan<byte> chunk)
    {
        if (_escaped)
        {
            Keep(chunk[..1]);
            _escaped = false;
            return 1;
        }

        var end = chunk.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0)
        {
            Keep(chunk);
            return chunk.Length;
        }

        Keep(chunk[..end]);
        if (chunk[end] == '\\')
        {
            Keep(chunk[end..(end + 1)]);
            _escaped = true;
            return end + 1;
        }

        _inString = false;
        if (_isValue)
        {
            Take();
        }

        return end + 1;
    }

    private int Between(ReadOnlySpan<byte> chunk)
    {
        for (var i = 0; i < chunk.Length; i++)
        {
            switch (chunk[i])
            {
                case (byte)'"':
                    _inString = true;
                    _isValue = _afterColon;
                    (_nameLength, _valueLength) = (_isValue ? _nameLength : 0, 0);
                    _afterColon = false;
                    return i + 1;
                case (byte)':':
                    _afterColon = true;
                    break;
                case (byte)',':
                    _afterColon = false;
                    break;
                case (byte)'{' or (byte)'[':
                    _inCalls |= _depth == 1 && chunk[i] == '[' && IsName("tool_calls"u8);
                    _depth++;
                    _afterColon = false;
                    break;
                case (byte)'}' or (byte)']':
                    _depth--;
                    _inCalls &= _depth > 1;
                    break;
            }
        }

        return chunk.Length;
    }

    /// <summary>Keeps a part only at the two depths where something is of interest, and only while it can still match.</summary>
    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_depth != 1 && !(_inCalls && _depth == 3))
        {
            return;
        }

        var (buffer, length) = _isValue ? (_value, _valueLength) : (_name, _nameLength);
        var most = _isValue ? MaxValue : MaxName;
        if (part.Length > most - length)
        {
            length = buffer.Length; // too long to be one of ours
        }
        else
        {
            part.CopyTo(buffer.AsSpan(length));
            length += part.Length;
        }

        (_valueLength, _nameLength) = _isValue ? (length, _nameLength) : (_valueLength, length);
    }

    private void Take()
    {
        if (_valueLength > MaxValue)
        {
            return;
        }

        if (_inCalls && _depth == 3)
        {
            if (IsName("tool_use_id"u8) && Event.BatchIds.Count < MaxBatch && Text() is { } id)
            {
                Event.BatchIds.Add(id);
            }
        }
        else if (_depth == 1)
        {
            TakeOwn();
        }
    }

    private void TakeOwn()
    {
        if (IsName("session_id"u8))
        {
            Event.SessionId = Text();
        }
        else if (IsName("transcript_path"u8))
        {
            Event.TranscriptPath = Text();
        }
        else if (IsName("hook_event_name"u8))
        {
            Event.Name = Text();
        }
        else if (IsName("prompt_id"u8))
        {
            Event.PromptId = Text();
        }
        else if (IsName("agent_id"u8))
        {
            Event.AgentId = Text();
        }
        else if (IsName("tool_use_id"u8))
        {
            Event.ToolUseId = Text();
        }
        else if (IsName("model"u8))
        {
            Event.Model = Text();
        }
        else if (IsName("notification_type"u8))
        {
            Event.NotificationType = Text();
        }
    }

    private bool IsName(ReadOnlySpan<byte> name) => _nameLength == name.Length && _name.AsSpan(0, _nameLength).SequenceEqual(name);

    /// <summary>The value without its escapes; null if it is not a string.</summary>
    private string? Text()
    {
        var json = new byte[_valueLength + 2];
        _value.AsSpan(0, _valueLength).CopyTo(json.AsSpan(1));
        (json[0], json[^1]) = ((byte)'"', (byte)'"');
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
