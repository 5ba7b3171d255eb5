namespace Ccflux.Hook.Transcript;

/// <summary>Why a line of a transcript, or a part of one, was skipped; with <see cref="Figure"/> the line counts, except for that figure.</summary>
internal enum LineFault : byte
{
    None,

    /// <summary>It does not start as a JSON object.</summary>
    NoObject,

    /// <summary>An object that ends before it is closed.</summary>
    Cut,

    /// <summary>An object that is not valid JSON.</summary>
    Broken,

    /// <summary>Longer than <see cref="LineReader.MaxLine"/>.</summary>
    TooLong,

    /// <summary>Text in UTF-16.</summary>
    Utf16,

    /// <summary>An answer without id, request id, uuid and time: there is no way to know whether it was counted before.</summary>
    NoIdentity,

    /// <summary>An answer without a time, before any row of its file has one.</summary>
    NoTime,

    /// <summary>A figure that is not a whole number within bounds. It counts as 0; the rest of its answer counts.</summary>
    Figure,
}

/// <summary>Number of lines for each fault.</summary>
internal sealed class LineFaults
{
    private readonly long[] _counts = new long[(int)LineFault.Figure + 1];

    public long this[LineFault fault] => _counts[(int)fault];

    /// <summary>Lines that are not counted at all.</summary>
    public long PassedOver => _counts.AsSpan((int)LineFault.NoObject, (int)LineFault.Figure - 1).ToArray().Sum();

    public void Add(LineFault fault, long lines = 1)
    {
        if (fault != LineFault.None)
        {
            _counts[(int)fault] += lines;
        }
    }

    public void Add(LineFaults others)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }
    }
}
