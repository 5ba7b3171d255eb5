using System.Buffers.Binary;
using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>How far the transcripts of a session have been read, and the turns that later rows can belong to: some kilobytes, whatever the session's length.</summary>
/// <remarks>It contains keys, positions and times, nothing of the content, but for uuids of rows where a relay gives no ids. The bytes are <c>CCFLUX</c>, a format number, a hash of
/// the rest, and the rest.</remarks>
internal sealed class SessionProgress
{
    private const int HeaderSize = 16;
    private const int KeptTurns = 256;
    private const int KeptPrompts = 256;

    private readonly Dictionary<string, FileState> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<long, TurnState> _turns = [];
    private readonly Queue<long> _turnOrder = new();
    private readonly Dictionary<long, long> _turnOfPrompt = [];
    private readonly Queue<long> _promptOrder = new();

    private static ReadOnlySpan<byte> Header => "CCFLUX\0\u0003"u8;

    /// <summary>What the session was resumed with: rows up to this instant are left to a backfill. Epoch milliseconds; 0: everything is reported.</summary>
    public long HistoryUntilMs { get; set; }

    /// <summary>How the client was started.</summary>
    public string? Entrypoint { get; set; }

    public IEnumerable<FileState> Files => _files.Values;

    public bool HasTurns => _turns.Count > 0;

    /// <summary>Of a session that was resumed before anything of it was read.</summary>
    /// <param name="name">The transcript's name.</param>
    /// <param name="length">Its length then, in bytes.</param>
    /// <param name="atMs">When that was, in epoch milliseconds.</param>
    public static SessionProgress Resumed(string name, long length, long atMs)
    {
        var state = new SessionProgress { HistoryUntilMs = atMs };
        state._files.Add(name, new FileState(name) { LiveFrom = length });
        return state;
    }

    /// <summary>Null if the bytes are not a state of this version: the session is then read from its start.</summary>
    public static SessionProgress? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= HeaderSize || !bytes.StartsWith(Header)
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[Header.Length..]) != IdHash.Of(bytes[HeaderSize..]))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes[HeaderSize..].ToArray(), writable: false), Encoding.UTF8);
        var state = new SessionProgress
        {
            HistoryUntilMs = reader.Read7BitEncodedInt64(),
            Entrypoint = reader.ReadString() is { Length: > 0 } entrypoint ? entrypoint : null,
        };
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            var file = FileState.Read(reader);
            state._files[file.Name] = file;
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            state.Add(TurnState.Read(reader));
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            state.NamePrompt(reader.ReadInt64(), reader.ReadInt64());
        }

        return state;
    }

    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Header);
            writer.Write(0UL);
            writer.Write7BitEncodedInt64(HistoryUntilMs);
            writer.Write(Entrypoint ?? string.Empty);
            writer.Write7BitEncodedInt(_files.Count);
            foreach (var file in _files.Values)
            {
                file.Write(writer);
            }

            writer.Write7BitEncodedInt(_turnOrder.Count);
            foreach (var turn in _turnOrder)
            {
                _turns[turn].Write(writer);
            }

            writer.Write7BitEncodedInt(_promptOrder.Count);
            foreach (var prompt in _promptOrder)
            {
                writer.Write(prompt);
                writer.Write(_turnOfPrompt[prompt]);
            }
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Header.Length), IdHash.Of(bytes.AsSpan(HeaderSize)));
        return bytes;
    }

    /// <summary>Another object of the same content.</summary>
    public SessionProgress Copy() => Read(Write())!;

    /// <summary>Has everything sent again that was sent before.</summary>
    public void Restart()
    {
        foreach (var file in _files.Values)
        {
            file.Restart();
        }
    }

    public FileState? Find(string name) => _files.GetValueOrDefault(name);

    public void Add(FileState file) => _files[file.Name] = file;

    public void Remove(FileState file) => _files.Remove(file.Name);

    public TurnState? Turn(long key) => _turns.GetValueOrDefault(key);

    /// <summary>The turn of a prompt's row.</summary>
    public void StartTurn(long key, long atMs)
    {
        if (!_turns.TryGetValue(key, out var turn))
        {
            Add(turn = new TurnState(key));
        }

        turn.PromptMs = turn.PromptMs == 0 ? atMs : Math.Min(turn.PromptMs, atMs);
    }

    /// <summary>Notes the turn of a <c>promptId</c>; false if it was known.</summary>
    public bool NamePrompt(long prompt, long turn)
    {
        if (_turnOfPrompt.TryGetValue(prompt, out var known))
        {
            _turnOfPrompt[prompt] = turn;
            return known != turn;
        }

        _turnOfPrompt.Add(prompt, turn);
        _promptOrder.Enqueue(prompt);
        if (_promptOrder.Count > KeptPrompts)
        {
            _turnOfPrompt.Remove(_promptOrder.Dequeue());
        }

        return true;
    }

    public long TurnOfPrompt(long prompt) => _turnOfPrompt.GetValueOrDefault(prompt);

    /// <summary>The turn in progress at an instant: the last one that had started; before all turns, the first. 0 if it is not known.</summary>
    public long TurnAt(long atMs)
    {
        TurnState? first = null, last = null;
        foreach (var turn in _turns.Values)
        {
            if (first is null || turn.PromptMs < first.PromptMs)
            {
                first = turn;
            }

            if (turn.PromptMs <= atMs && (last is null || turn.PromptMs >= last.PromptMs))
            {
                last = turn;
            }
        }

        return (last ?? (_turns.Count < KeptTurns ? first : null))?.Key ?? 0;
    }

    private void Add(TurnState turn)
    {
        _turns.Add(turn.Key, turn);
        _turnOrder.Enqueue(turn.Key);
        if (_turnOrder.Count > KeptTurns)
        {
            _turns.Remove(_turnOrder.Dequeue());
        }
    }
}
