namespace Ccflux.Hook.Transcript;

/// <summary>How far a transcript has been read, and what its next rows need.</summary>
/// <param name="name">Its path, relative to the config directory.</param>
internal sealed class FileState(string name)
{
    /// <summary>See <see cref="LiveFrom"/>.</summary>
    public const long ByTime = -1;

    public string Name => name;

    /// <summary>Everything before this position has been read.</summary>
    public long Offset { get; set; }

    /// <summary>What <see cref="TranscriptFile.Look(string)"/> said when it was read. The length is greater than <see cref="Offset"/> by an unfinished line.</summary>
    public (long Length, long Written) Seen { get; set; }

    /// <summary>See <see cref="TranscriptFile.Identity"/>; of the content before <see cref="Offset"/>.</summary>
    public ulong Identity { get; set; }

    /// <summary>Rows before this position are history, which is not reported. <see cref="ByTime"/>: those up to <see cref="SessionProgress.HistoryUntilMs"/>.</summary>
    public long LiveFrom { get; set; }

    /// <summary>Key of the turn in progress; 0 before the first.</summary>
    public long Turn { get; set; }

    /// <summary>Key of the prompt that a subagent's rows name; 0 if they name none.</summary>
    public long Prompt { get; set; }

    /// <summary>The time of the last row that has one.</summary>
    public long LastMs { get; set; }

    /// <summary>The limit that the last retry of the turn named, and when it ends.</summary>
    public string? Window { get; set; }

    public long ResetsAtMs { get; set; }

    /// <summary>A subagent's file that was read when its turn could not be known yet.</summary>
    public bool IsUnplaced { get; set; }

    /// <summary>Null as long as every request had an id of the API.</summary>
    public ParentChain? Chain { get; set; }

    /// <summary>The same of the file under another name.</summary>
    public FileState Named(string newName) => new(newName)
    {
        Offset = Offset,
        Seen = Seen,
        Identity = Identity,
        LiveFrom = LiveFrom,
        Turn = Turn,
        Prompt = Prompt,
        LastMs = LastMs,
        Window = Window,
        ResetsAtMs = ResetsAtMs,
        IsUnplaced = IsUnplaced,
        Chain = Chain,
    };

    /// <summary>Starts over: at worst, everything in the file is sent again.</summary>
    public void Restart()
    {
        (Offset, Seen, Identity) = (0, default, 0);
        (Turn, Prompt, LastMs, Window, ResetsAtMs) = (0, 0, 0, null, 0);
        IsUnplaced = false;
        Chain = Chain is null ? null : new ParentChain();
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(name);
        writer.Write7BitEncodedInt64(Offset);
        writer.Write7BitEncodedInt64(Seen.Length);
        writer.Write7BitEncodedInt64(Seen.Written);
        writer.Write(Identity);
        writer.Write(LiveFrom);
        writer.Write(Turn);
        writer.Write(Prompt);
        writer.Write7BitEncodedInt64(LastMs);
        writer.Write(Window ?? string.Empty);
        writer.Write7BitEncodedInt64(ResetsAtMs);
        writer.Write(IsUnplaced);
        writer.Write(Chain is not null);
        Chain?.Write(writer);
    }

    public static FileState Read(BinaryReader reader) => new(reader.ReadString())
    {
        Offset = reader.Read7BitEncodedInt64(),
        Seen = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()),
        Identity = reader.ReadUInt64(),
        LiveFrom = reader.ReadInt64(),
        Turn = reader.ReadInt64(),
        Prompt = reader.ReadInt64(),
        LastMs = reader.Read7BitEncodedInt64(),
        Window = reader.ReadString() is { Length: > 0 } window ? window : null,
        ResetsAtMs = reader.Read7BitEncodedInt64(),
        IsUnplaced = reader.ReadBoolean(),
        Chain = reader.ReadBoolean() ? ParentChain.Read(reader) : null,
    };
}
