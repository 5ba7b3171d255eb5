namespace Ccflux.Hook.Transcript;

/// <summary>Finds the rows in a line: lines are cut, joined, nested and marked by the tools that wrote or copied them.</summary>
internal sealed partial class RowParser
{
    /// <summary>How often one line is searched for an object after broken text: this bounds the cost of such a line.</summary>
    private const int MaxRecoveries = 16;

    private int _recoveries;
    private bool _isRecovered;

    /// <summary>How much of a text without a line feed consists of complete objects: whatever is written after them later cannot be part of them.</summary>
    public static int WholeLength(ReadOnlySpan<byte> text)
    {
        var whole = 0;
        for (var rest = Trim(text); !rest.IsEmpty;)
        {
            text.Overlaps(rest, out var start);
            var cursor = new JsonCursor(rest);
            cursor.Enter((byte)'{');
            while (cursor.NextKey(out _))
            {
                cursor.Skip();
            }

            if (cursor.Broken)
            {
                break;
            }

            whole = start + rest.Length - cursor.Rest.Length;
            rest = Trim(cursor.Rest);
        }

        return whole;
    }

    /// <summary>Removes white space, byte order marks, and what a crash leaves of a page that was never written: NULs, followed by the next row.</summary>
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[0] == '{' && line[^1] == '}')
        {
            return line;
        }

        line = line.Trim(" \t\r\0"u8);
        while (line.StartsWith("\ufeff"u8))
        {
            line = line[3..].TrimStart(" \t\r\0"u8);
        }

        return line;
    }

    /// <summary>What follows an object that needs no further parsing.</summary>
    private ReadOnlySpan<byte> Behind(JsonCursor cursor)
    {
        var rest = cursor.Rest;
        while (cursor.NextKey(out _))
        {
            cursor.Skip();
        }

        return cursor.Broken ? Recover(rest) : Trim(cursor.Rest);
    }

    /// <summary>The next object that starts as a row does, after text that is not JSON.</summary>
    private ReadOnlySpan<byte> Recover(ReadOnlySpan<byte> text)
    {
        if (++_recoveries > MaxRecoveries)
        {
            return default;
        }

        // The way the client writes rows. Inside a text these quotes would be escaped.
        var at = text.IndexOf("{\"parentUuid\""u8);
        _isRecovered = at >= 0;
        return at < 0 ? default : text[at..];
    }

    private static bool IsUtf16(ReadOnlySpan<byte> text) =>
        text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || (text.Length > 1 && text[1] == 0);
}
