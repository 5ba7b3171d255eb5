using System.Globalization;
using System.Text;

namespace Ccflux.Hook.Transcript;

/// <summary>The ids of a row, as the file has them. Empty: the row has none.</summary>
/// <param name="Uuid">The row's own.</param>
/// <param name="Parent">The uuid of the row that it follows.</param>
/// <param name="Message">The id of its message.</param>
/// <param name="IsUser">The row is a prompt, a tool result, or anything else that an answer can follow.</param>
/// <param name="IsApiId">The message's id has the API's own form, so that two answers are unlikely to share it.</param>
internal sealed record RowIds(byte[] Uuid, byte[] Parent, byte[] Message, bool IsUser, bool IsApiId);

/// <summary>Finds what identifies an answer that has no request id of the API: its message, and the prompt or tool result that it follows. Takes the rows of one file in order.</summary>
/// <remarks>Only the latest rows are kept, whether a file is read at once or bit by bit, so that both find the same. The client runs an answer's first tool while the rest of the answer is
/// still arriving; the rows behind the tool's result then stand behind it, and are recognised by an id of the API's form and the figures of the prompt.</remarks>
internal sealed class ParentChain
{
    private const int KeptRows = 256;
    private const int KeptAnswers = 16;

    private readonly Dictionary<ulong, byte[]> _preceding = [];
    private readonly Queue<ulong> _rows = new();
    private readonly List<(ulong Answer, byte[] Preceding)> _answers = [];

    // The last prompt or tool result of the main thread, and of subagents in the same file.
    private readonly byte[][] _lastUser = [[], []];

    /// <summary>The request of a message's row without a request id.</summary>
    public long KeyOf(in TranscriptRow row, RequestKeys keys)
    {
        var ids = row.Ids!;
        var figures = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.Usage.Model} {row.Usage.Input} {row.Usage.CacheRead} {row.Usage.CacheWrite}"));
        // Every row of an answer states the same prompt, so its figures can stand for a message id that is missing.
        var message = ids.Message.Length > 0 ? ids.Message : figures;
        var answer = IdHash.Of([IdHash.Of(message), IdHash.Of(figures)]);
        var preceding = (ids.IsApiId ? Earlier(answer) : null) ?? Preceding(ids, row.Sidechain);
        if (ids.IsApiId)
        {
            Keep(answer, preceding);
        }

        Add(ids.Uuid, preceding);
        if (preceding.Length > 0)
        {
            return keys.OfMessage(message, preceding);
        }

        return keys.OfRow(ids.Uuid.Length > 0 ? ids.Uuid : Encoding.ASCII.GetBytes(row.AtMs.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Any other row.</summary>
    public void Pass(in TranscriptRow row)
    {
        if (row.Kind is RowKind.Prompt or RowKind.Interrupt or RowKind.Failure or RowKind.Limit)
        {
            _answers.Clear();
        }

        if (row.Ids is not { Uuid.Length: > 0 } ids)
        {
            return;
        }

        if (ids.IsUser)
        {
            _lastUser[row.Sidechain ? 1 : 0] = ids.Uuid;
        }

        Add(ids.Uuid, ids.IsUser ? ids.Uuid : Preceding(ids, row.Sidechain));
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_rows.Count);
        foreach (var row in _rows)
        {
            writer.Write(row);
            Write(writer, _preceding[row]);
        }

        writer.Write7BitEncodedInt(_answers.Count);
        foreach (var (answer, preceding) in _answers)
        {
            writer.Write(answer);
            Write(writer, preceding);
        }

        Write(writer, _lastUser[0]);
        Write(writer, _lastUser[1]);
    }

    public static ParentChain Read(BinaryReader reader)
    {
        var chain = new ParentChain();
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            var row = reader.ReadUInt64();
            chain._rows.Enqueue(row);
            chain._preceding[row] = ReadBytes(reader);
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            chain._answers.Add((reader.ReadUInt64(), ReadBytes(reader)));
        }

        chain._lastUser[0] = ReadBytes(reader);
        chain._lastUser[1] = ReadBytes(reader);
        return chain;
    }

    private static void Write(BinaryWriter writer, byte[] bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader) => reader.ReadBytes(reader.Read7BitEncodedInt());

    /// <summary>A row that follows nothing follows what stands before it. One that follows a row that is not here, because the file was cut or the row was never written, has that row's
    /// uuid in common with the other rows of its answer.</summary>
    private byte[] Preceding(RowIds ids, bool sidechain)
    {
        if (ids.Parent.Length > 0)
        {
            return _preceding.TryGetValue(IdHash.Of(ids.Parent), out var known) ? known : ids.Parent;
        }

        var last = _lastUser[sidechain ? 1 : 0];
        return last.Length > 0 || ids.Message.Length == 0 ? last : ids.Uuid;
    }

    private byte[]? Earlier(ulong answer)
    {
        var at = _answers.FindLastIndex(known => known.Answer == answer);
        return at < 0 ? null : _answers[at].Preceding;
    }

    private void Keep(ulong answer, byte[] preceding)
    {
        if (_answers.Count == KeptAnswers)
        {
            _answers.RemoveAt(0);
        }

        _answers.Add((answer, preceding));
    }

    private void Add(byte[] uuid, byte[] preceding)
    {
        if (uuid.Length == 0 || !_preceding.TryAdd(IdHash.Of(uuid), preceding))
        {
            return;
        }

        _rows.Enqueue(IdHash.Of(uuid));
        if (_rows.Count > KeptRows)
        {
            _preceding.Remove(_rows.Dequeue());
        }
    }
}
