using System.Buffers.Binary;
using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>How far a session has been read, and what is needed to continue from there: a few kilobytes, tens of them in a busy session, whatever its length.</summary>
/// <remarks>It contains hashes of message ids, figures and times, nothing of the content. The bytes are <c>CCFLUX</c>, a format number, a
/// hash of the rest, and the rest. They are decoded again for each scan, so that a scan can never change a committed state. What ccflux 1.0
/// did not have is at the end, where it does not look: each file's <see cref="ResponsePlaces"/>.</remarks>
internal sealed class TranscriptState
{
    private const int HeaderSize = 16;
    private const byte PlacesFormat = 2;

    private readonly byte[] _bytes;

    private TranscriptState(byte[] bytes) => _bytes = bytes;

    private static ReadOnlySpan<byte> Header => "CCFLUX\0\u0002"u8;

    /// <summary>Null if the bytes are not a state of this version, which includes the offset file of ccflux 0.1: the session is then read from its start.</summary>
    public static TranscriptState? Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length > HeaderSize
        && bytes.StartsWith(Header)
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[Header.Length..]) == IdHash.Of(bytes[HeaderSize..])
            ? new TranscriptState(bytes.ToArray())
            : null;

    public byte[] Write() => _bytes.ToArray();

    public static TranscriptState Of(long beganMs, IReadOnlyCollection<FileProgress> files, SessionTurns turns)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Header);
            writer.Write(0UL);
            writer.Write7BitEncodedInt64(beganMs);
            writer.Write7BitEncodedInt(files.Count);
            foreach (var file in files)
            {
                file.Write(writer);
            }

            writer.Write(turns.Reading);
            turns.Write(writer);
            foreach (var file in files)
            {
                writer.Write(file.Places is null ? (byte)0 : PlacesFormat);
                file.Places?.Write(writer);
            }
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Header.Length), IdHash.Of(bytes.AsSpan(HeaderSize)));
        return new TranscriptState(bytes);
    }

    /// <summary>When the session started, in epoch milliseconds; 0 if not known yet.</summary>
    public long ReadFiles(Dictionary<string, FileProgress> files)
    {
        using var reader = Reader();
        return ReadFiles(reader, files);
    }

    /// <summary>The turns, and the data in <paramref name="files"/> beyond <see cref="ReadFiles(Dictionary{string, FileProgress})"/>.</summary>
    public SessionTurns ReadTurns(ulong owner, MessageClaims claims, Dictionary<string, FileProgress> files)
    {
        using var reader = Reader();
        ReadFiles(reader, files);
        var turns = SessionTurns.Read(reader, owner, reader.ReadByte(), claims);
        foreach (var file in files.Values)
        {
            if (reader.BaseStream.Position == reader.BaseStream.Length || reader.ReadByte() is var format && format is not (0 or PlacesFormat))
            {
                break; // written by a version that had none, or different ones
            }

            file.Places = format == PlacesFormat ? ResponsePlaces.Read(reader) : null;
        }

        return turns;
    }

    private static long ReadFiles(BinaryReader reader, Dictionary<string, FileProgress> files)
    {
        var began = reader.Read7BitEncodedInt64();
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            var file = FileProgress.Read(reader);
            files[file.Name] = file;
        }

        return began;
    }

    private BinaryReader Reader() => new(new MemoryStream(_bytes, HeaderSize, _bytes.Length - HeaderSize, writable: false), Encoding.UTF8);
}
