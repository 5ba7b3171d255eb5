using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Gives the complete lines of a byte range of a file, one after the other, in a buffer that only an unusually long line
/// makes larger. A line is complete when its line feed is written; one that starts in the range is read to its end. What stands at the
/// file's end without a line feed is given apart: it may be half a line, or all that will ever be written of it.</summary>
internal sealed class LineReader
{
    /// <summary>Longer lines are passed over: the bound of what one line can cost.</summary>
    public const int MaxLine = 64 * 1024 * 1024;

    private const int BufferSize = 256 * 1024;
    private const int KeptBuffer = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[BufferSize];
    private SafeFileHandle? _file;
    private long _bufferStart;
    private long _end;
    private int _at;
    private int _filled;
    private bool _skipping;

    /// <summary>Where the next line starts: everything before it was given out or passed over.</summary>
    public long Position => _bufferStart + _at;

    /// <summary>Where the line given out last starts.</summary>
    public long LineStart { get; private set; }

    /// <summary>Lines that were longer than <see cref="MaxLine"/>.</summary>
    public int TooLong { get; private set; }

    /// <summary>Begins with the line that starts at <paramref name="start"/>; lines that start at <paramref name="end"/> or beyond are left.</summary>
    public void Open(SafeFileHandle file, long start, long end)
    {
        if (_buffer.Length > KeptBuffer)
        {
            _buffer = new byte[BufferSize];
        }

        _file = file;
        _bufferStart = start;
        _end = end;
        _at = 0;
        _filled = 0;
        _skipping = false;
        TooLong = 0;
    }

    /// <summary>Begins with the first line that starts at or after <paramref name="start"/>, which may be amid a line.</summary>
    public void OpenAmid(SafeFileHandle file, long start, long end)
    {
        Open(file, start - 1, long.MaxValue);
        _skipping = true;
        SkipLine();
        _end = end;
    }

    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        while (Position < _end)
        {
            if (_skipping)
            {
                if (!SkipLine())
                {
                    return false;
                }

                continue;
            }

            LineStart = Position;
            var length = FindLineEnd();
            if (length >= 0)
            {
                line = _buffer.AsSpan(_at, length);
                _at += length + 1;
                return true;
            }

            if (!_skipping)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Once <see cref="TryRead"/> has given all: what stands behind the last line feed, if it starts in the range. It stays where it is until
    /// <see cref="TakeTail"/>.</summary>
    public bool TryReadTail(out ReadOnlySpan<byte> tail)
    {
        var isTail = !_skipping && Position < _end && _at < _filled;
        tail = isTail ? _buffer.AsSpan(_at, _filled - _at) : default;
        return isTail;
    }

    /// <param name="length">Bytes of it; the rest stays where it is.</param>
    public void TakeTail(int length) => _at += length;

    /// <summary>Length of the line that starts at <see cref="_at"/>, or -1 where its end is not written or not within bounds.</summary>
    private int FindLineEnd()
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_at + searched, _filled - _at - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                return searched + found;
            }

            searched = _filled - _at;
            if (searched >= MaxLine)
            {
                TooLong++;
                _skipping = true;
                return -1;
            }

            if (!Fill())
            {
                return -1;
            }
        }
    }

    private bool SkipLine()
    {
        while (true)
        {
            var found = _buffer.AsSpan(_at, _filled - _at).IndexOf((byte)'\n');
            if (found >= 0)
            {
                _at += found + 1;
                _skipping = false;
                return true;
            }

            _at = _filled;
            if (!Fill())
            {
                return false;
            }
        }
    }

    /// <summary>Reads more behind what is not yet given out; false at the file's end.</summary>
    private bool Fill()
    {
        if (_at > 0)
        {
            _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
            _bufferStart += _at;
            _filled -= _at;
            _at = 0;
        }

        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxLine));
        }

        var read = RandomAccess.Read(_file!, _buffer.AsSpan(_filled), _bufferStart + _filled);
        _filled += read;
        return read > 0;
    }
}
