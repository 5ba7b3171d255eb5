namespace Ccflux.Hook.Transcript;

/// <summary>The position of a message's row that has no request id of the API's own.</summary>
/// <param name="Message">Hash of the message's id, or, if it has none, of its prompt's figures, because all rows of a response state the same.</param>
/// <param name="HasApiId">Whether the message's id has the API's own form, so that two responses are unlikely to share it.</param>
/// <param name="Prompt">Hash of the model and the prompt's figures.</param>
/// <param name="Row">Hash of the row's uuid; 0 if it has none.</param>
/// <param name="Parent">Hash of the uuid of the row that it follows; 0 if it names none.</param>
internal sealed record ResponsePlace(ulong Message, bool HasApiId, ulong Prompt, ulong Row, ulong Parent);

/// <summary>What has been read since a row, as far as it can separate two responses.</summary>
internal enum Since : byte
{
    Nothing = 0,

    /// <summary>The client runs a response's first tool while the rest is still arriving, so its result may be between two rows of one response.</summary>
    ToolResult = 1,

    /// <summary>A prompt, or a request that failed or was stopped.</summary>
    Prompt = 2,
}

/// <summary>Decides, row by row of one file, which rows without a request id form one response. A row of the same message belongs to an earlier
/// row that it follows; to the row just before it, unless they follow different rows; and, if the message's id is the API's own,
/// to a row with the same prompt, even after a tool result. Everything else is a response of its own.</summary>
/// <remarks>A response is named after its first row's uuid, which a copy of the row in a fork keeps, and no other session has.</remarks>
internal sealed class ResponsePlaces
{
    /// <summary>How many rows back are considered.</summary>
    private const int Kept = 16;

    private readonly List<KnownRow> _rows = [];

    /// <summary>Records that what was just read lies between the previous rows and the following ones.</summary>
    public void Part(Since since)
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            _rows[i] = _rows[i] with { Since = (Since)Math.Max((byte)_rows[i].Since, (byte)since) };
        }
    }

    /// <summary>The hash that identifies the row's response; never 0.</summary>
    public ulong ResponseOf(ResponsePlace place, long atMs)
    {
        var response = Earlier(place)?.Response ?? IdHash.Of([place.Message, place.Row != 0 ? place.Row : (ulong)atMs]);
        if (_rows.Count == Kept)
        {
            _rows.RemoveAt(0);
        }

        _rows.Add(new KnownRow(place, response, Since.Nothing));
        return response;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_rows.Count);
        foreach (var (place, response, since) in _rows)
        {
            writer.Write(place.Message);
            writer.Write(place.HasApiId);
            writer.Write(place.Prompt);
            writer.Write(place.Row);
            writer.Write(place.Parent);
            writer.Write(response);
            writer.Write((byte)since);
        }
    }

    public static ResponsePlaces Read(BinaryReader reader)
    {
        var places = new ResponsePlaces();
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            var place = new ResponsePlace(reader.ReadUInt64(), reader.ReadBoolean(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
            places._rows.Add(new KnownRow(place, reader.ReadUInt64(), (Since)reader.ReadByte()));
        }

        return places;
    }

    private KnownRow? Earlier(ResponsePlace place)
    {
        var same = _rows.FindAll(row => row.Place.Message == place.Message);
        return same.Find(row => place.Parent != 0 && row.Place.Row == place.Parent)
            ?? same.FindLast(row => row == _rows[^1] && row.Since == Since.Nothing && (place.Parent == 0 || place.Parent == row.Place.Parent))
            ?? same.FindLast(row => place.HasApiId && row.Since != Since.Prompt && place.Prompt == row.Place.Prompt);
    }

    private sealed record KnownRow(ResponsePlace Place, ulong Response, Since Since);
}
