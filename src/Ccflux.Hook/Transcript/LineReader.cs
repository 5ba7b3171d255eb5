using Microsoft.Win32.SafeHandles;

namespace Ccflux.Hook.Transcript;

/// <summary>Returns the complete lines of a byte range of a file, one after the other, in a buffer that grows only for an unusually long
/// line. A line is complete when its line feed is written; one that starts in the range is read to its end. Text at the end of the
/// file without a line feed is returned separately: it may be half a line, or all that will ever be written of it.</summary>
internal sealed class LineReader
{
    /// <summary>Longer lines are skipped: this bounds the cost of one line.</summary>
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

    /// <summary>Start of the next line: everything before it was returned or skipped.</summary>
    public long Position => _bufferStart + _at;

    /// <summary>Start of the line returned last.</summary>
    public long LineStart { get; private set; }

    /// <summary>Number of lines longer than <see cref="MaxLine"/>.</summary>
    public int TooLong { get; private set; }

    /// <summary>Starts with the line at <paramref name="start"/>; lines that start at <paramref name="end"/> or later are not read.</summary>
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

    /// <summary>Starts with the first line that starts at or after <paramref name="start"/>, which may be in the middle of a line.</summary>
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

    /// <summary>Once <see cref="TryRead"/> has returned everything: the text after the last line feed, if it starts in the range. It stays in place until
    /// <see cref="TakeTail"/>.</summary>
    public bool TryReadTail(out ReadOnlySpan<byte> tail)
    {
        var isTail = !_skipping && Position < _end && _at < _filled;
        tail = isTail ? _buffer.AsSpan(_at, _filled - _at) : default;
        return isTail;
    }

    /// <param name="length">Number of bytes to take; the rest stays in place.</param>
    public void TakeTail(int length) => _at += length;

    /// <summary>Length of the line that starts at <see cref="_at"/>, or -1 if its end is not written or not within bounds.</summary>
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

    /// <summary>Reads more after the unread part of the buffer; false at the end of the file.</summary>
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
