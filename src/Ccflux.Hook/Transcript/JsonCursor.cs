using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ccflux.Hook.Transcript;

/// <summary>Walks the keys of one JSON object in place and skips what is not requested. It checks the structure that it walks over, not
/// the inside of skipped values; it never reads beyond the line, never allocates and never recurses. A name or text with escapes
/// stays as written: no name that matters has any.</summary>
/// <remarks>The framework's reader takes every token through its state machine; on lines that are mostly skipped this is several times faster.</remarks>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    /// <summary>The longest text of a figure that is considered: no decimal number that fits has more digits.</summary>
    private const int MaxFigure = 40;

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    /// <summary>The walk found something that is not JSON.</summary>
    public bool Broken { get; private set; }

    /// <summary>The walk reached the end of the text too early: the text was cut short.</summary>
    public bool EndedEarly { get; private set; }

    /// <summary>The first byte of the next value, or 0.</summary>
    public readonly byte Peek
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)_at < (uint)_json.Length ? _json[_at] : (byte)0;
    }

    /// <summary>What follows the last value that was read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _json[_at..];

    /// <summary>Enters an object or array.</summary>
    public bool Enter(byte opening)
    {
        SkipSpace();
        if (Peek != opening)
        {
            return Break();
        }

        _at++;
        return true;
    }

    /// <summary>Advances to the next key of the current object; false at its end.</summary>
    public bool NextKey(out ReadOnlySpan<byte> key)
    {
        key = default;
        if (!NextItem((byte)'}'))
        {
            return false;
        }

        if (Peek != '"' || !ReadString(out key))
        {
            return Break();
        }

        SkipSpace();
        if (Peek != ':')
        {
            return Break();
        }

        _at++;
        SkipSpace();
        return true;
    }

    /// <summary>Advances to the next element of the current array; false at its end.</summary>
    public bool NextElement() => NextItem((byte)']');

    /// <summary>The text of a string value; empty for any other value, which is skipped.</summary>
    public ReadOnlySpan<byte> Text()
    {
        if (Peek == '"')
        {
            return ReadString(out var text) ? text : default;
        }

        Skip();
        return default;
    }

    public bool IsTrue()
    {
        var isTrue = Peek == 't';
        Skip();
        return isTrue;
    }

    /// <summary>A whole number from 0 to <paramref name="max"/> (below 10^17), even if it is written as <c>10.0</c>, <c>1e3</c> or in quotes; 0 for null.
    /// Any other value is skipped, counts as 0 and sets <paramref name="odd"/>.</summary>
    public long Count(long max, ref bool odd)
    {
        long value = 0;
        var at = _at;
        while ((uint)at < (uint)_json.Length && _json[at] is >= (byte)'0' and <= (byte)'9' && value <= max)
        {
            value = (value * 10) + (_json[at++] - '0');
        }

        if (at == _at || value > max || (uint)at >= (uint)_json.Length || _json[at] is not ((byte)',' or (byte)'}' or (byte)' '))
        {
            return OddCount(max, ref odd);
        }

        _at = at;
        return value;
    }

    /// <summary>Skips one value.</summary>
    public void Skip()
    {
        switch (Peek)
        {
            case (byte)'"':
                ReadString(out _);
                break;
            case (byte)'{' or (byte)'[':
                SkipNested();
                break;
            default:
                var start = _at;
                while (_at < _json.Length && _json[_at] is > (byte)' ' and not ((byte)',' or (byte)'}' or (byte)']'))
                {
                    _at++;
                }

                if (_at == start)
                {
                    Break();
                }

                break;
        }
    }

    private long OddCount(long max, ref bool odd)
    {
        if (Peek == 'n')
        {
            Skip();
            return 0;
        }

        ReadOnlySpan<byte> written;
        if (Peek == '"')
        {
            written = Text();
        }
        else
        {
            var start = _at;
            Skip();
            written = Broken ? default : _json[start.._at];
        }

        if (written.Length <= MaxFigure
            && decimal.TryParse(written, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var figure)
            && figure >= 0 && figure <= max && decimal.IsInteger(figure))
        {
            return (long)figure;
        }

        odd = true;
        return 0;
    }

    private bool NextItem(byte closing)
    {
        if (Broken)
        {
            return false;
        }

        SkipSpace();
        if (Peek == ',')
        {
            _at++;
            SkipSpace();
        }

        if (Peek == closing)
        {
            _at++;
            return false;
        }

        return _at < _json.Length || Break();
    }

    private void SkipNested()
    {
        var depth = 0;
        var at = _at;
        while (at < _json.Length)
        {
            switch (_json[at])
            {
                case (byte)'"':
                    _at = at;
                    if (!ReadString(out _))
                    {
                        return;
                    }

                    at = _at;
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    if (--depth == 0)
                    {
                        _at = at + 1;
                        return;
                    }

                    break;
            }

            at++;
        }

        _at = _json.Length;
        Break();
    }

    private bool ReadString(out ReadOnlySpan<byte> text)
    {
        var start = _at + 1;
        var end = EndOfString(_json, start);
        if (end < 0)
        {
            text = default;
            _at = _json.Length;
            return Break();
        }

        text = _json[start..end];
        _at = end + 1;
        return true;
    }

    /// <summary>Position of the closing quote, or -1. Texts are full of escapes, so those of a block are handled together.</summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        while (at + Vector256<byte>.Count <= json.Length)
        {
            var block = Vector256.Create(json[at..]);
            var escapes = Vector256.Equals(block, Vector256.Create((byte)'\\')).ExtractMostSignificantBits();
            var stops = Vector256.Equals(block, Vector256.Create((byte)'"')).ExtractMostSignificantBits() | escapes;
            var step = Vector256<byte>.Count;
            while (stops != 0)
            {
                var bit = BitOperations.TrailingZeroCount(stops);
                if ((escapes & (1u << bit)) == 0)
                {
                    return at + bit;
                }

                step = Math.Max(step, bit + 2);
                stops &= bit >= 30 ? 0 : uint.MaxValue << (bit + 2);
            }

            at += step;
        }

        for (; at < json.Length; at++)
        {
            if (json[at] == '"')
            {
                return at;
            }

            at += json[at] == '\\' ? 1 : 0;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while (Peek is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            _at++;
        }
    }

    private bool Break()
    {
        Broken = true;
        EndedEarly = _at >= _json.Length;
        _at = _json.Length;
        return false;
    }
}
