namespace Ccflux.Hook.Transcript;

/// <summary>Where a message's row stands that has no request id of the API's own.</summary>
/// <param name="Message">Hash of the message's id; of its prompt's figures where it has none, for all rows of a response state the same.</param>
/// <param name="Row">Hash of the row's uuid; 0 where it has none.</param>
/// <param name="Parent">Hash of the uuid of the row it follows; 0 where it names none.</param>
internal sealed record ResponsePlace(ulong Message, ulong Row, ulong Parent);

/// <summary>Tells, row by row of one file, which rows without a request id are one response: those of one message that follow upon each
/// other. After a prompt or a tool result the same id is another response, unless the row follows upon one of the first.</summary>
/// <remarks>A response is named after its first row's uuid, which a copy of the row in a fork keeps, and no other session has.</remarks>
internal sealed class ResponsePlaces
{
    /// <summary>How many rows back one may follow upon.</summary>
    private const int Kept = 16;

    private readonly Queue<(ulong Row, ulong Message, ulong Response)> _rows = new();
    private ulong _message;
    private ulong _parent;
    private ulong _response;

    /// <summary>A prompt, tool result or failed request: what comes next is another response.</summary>
    public void Part() => _message = 0;

    /// <summary>The hash that stands for the row's response; never 0.</summary>
    public ulong ResponseOf(ResponsePlace place, long atMs)
    {
        var response = Followed(place);
        if (response == 0)
        {
            response = place.Message == _message && (place.Parent == 0 || place.Parent == _parent)
                ? _response
                : IdHash.Of([place.Message, place.Row != 0 ? place.Row : (ulong)atMs]);
        }

        (_message, _parent, _response) = (place.Message, place.Parent, response);
        if (place.Row != 0)
        {
            if (_rows.Count == Kept)
            {
                _rows.Dequeue();
            }

            _rows.Enqueue((place.Row, place.Message, response));
        }

        return response;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_message);
        writer.Write(_parent);
        writer.Write(_response);
        writer.Write7BitEncodedInt(_rows.Count);
        foreach (var (row, message, response) in _rows)
        {
            writer.Write(row);
            writer.Write(message);
            writer.Write(response);
        }
    }

    public static ResponsePlaces Read(BinaryReader reader)
    {
        var places = new ResponsePlaces { _message = reader.ReadUInt64(), _parent = reader.ReadUInt64(), _response = reader.ReadUInt64() };
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            places._rows.Enqueue((reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64()));
        }

        return places;
    }

    private ulong Followed(ResponsePlace place)
    {
        if (place.Parent != 0)
        {
            foreach (var (row, message, response) in _rows)
            {
                if (row == place.Parent && message == place.Message)
                {
                    return response;
                }
            }
        }

        return 0;
    }
}
