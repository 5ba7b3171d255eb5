namespace Ccflux.Hook.Transcript;

/// <summary>How far one file of a session has been read.</summary>
internal sealed class FileProgress(string name)
{
    /// <summary>The turn of a file that has none of its own: the session's own file, or a subagent's that has not been read yet.</summary>
    public const int NoTurn = -1;

    /// <summary>The path relative to the folder of the session's own file.</summary>
    public string Name => name;

    /// <summary>Everything before this position has been read.</summary>
    public long Offset { get; set; }

    /// <summary>The file's length when it was read: greater than <see cref="Offset"/> by an unfinished line.</summary>
    public long SeenLength { get; set; }

    /// <summary>See <see cref="TranscriptFile.Identity"/>; of the content before <see cref="Offset"/>.</summary>
    public ulong Identity { get; set; }

    /// <summary>The turn that a subagent's file belongs to.</summary>
    public int Turn { get; set; } = NoTurn;

    /// <summary>The turn was determined by the call, which cannot change, and not by time.</summary>
    public bool TurnIsSure { get; set; }

    /// <summary>Hash of the id of the tool call that started the subagent; 0 while unknown.</summary>
    public ulong Call { get; set; }

    /// <summary>When the subagent's first row was written.</summary>
    public long FirstMs { get; set; }

    /// <summary>Null as long as every message had a request id.</summary>
    public ResponsePlaces? Places { get; set; }

    public void Write(BinaryWriter writer)
    {
        writer.Write(name);
        writer.Write7BitEncodedInt64(Offset);
        writer.Write7BitEncodedInt64(SeenLength);
        writer.Write(Identity);
        writer.Write7BitEncodedInt(Turn);
        writer.Write(TurnIsSure);
        writer.Write(Call);
        writer.Write7BitEncodedInt64(FirstMs);
    }

    public static FileProgress Read(BinaryReader reader) => new(reader.ReadString())
    {
        Offset = reader.Read7BitEncodedInt64(),
        SeenLength = reader.Read7BitEncodedInt64(),
        Identity = reader.ReadUInt64(),
        Turn = reader.Read7BitEncodedInt(),
        TurnIsSure = reader.ReadBoolean(),
        Call = reader.ReadUInt64(),
        FirstMs = reader.Read7BitEncodedInt64(),
    };
}
