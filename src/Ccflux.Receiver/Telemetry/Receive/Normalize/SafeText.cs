using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Makes texts of bytes from strangers. Only what looks like a name becomes one: short, printable ASCII without blanks. So a
/// sentence or a path that was put where a name belongs is not kept.</summary>
internal static class SafeText
{
    public const string Other = "other";

    private const int MaxName = 100;
    private const int MaxEmail = 254;
    private const int MaxKept = 4096;

    private static readonly SearchValues<byte> s_nameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@[]+"u8);
    private static readonly SearchValues<byte> s_modelBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@[]+ ,()~"u8);

    private static readonly ConcurrentDictionary<ulong, string> s_keptNames = new();
    private static readonly ConcurrentDictionary<ulong, string> s_keptModels = new();

    /// <summary>A tool, terminal or other name; empty for nothing, <see cref="Other"/> for what is none.</summary>
    public static string Name(ReadOnlySpan<byte> bytes) => Kept(bytes, s_keptNames, s_nameBytes);

    /// <summary>A model's name: gateways give their models names with blanks, commas and parentheses in them, too.</summary>
    public static string Model(ReadOnlySpan<byte> bytes) => Kept(bytes.Trim((byte)' '), s_keptModels, s_modelBytes);

    /// <summary>An identifier such as <c>session.id</c>; null for nothing and for what is none.</summary>
    public static string? Id(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && IsName(bytes, s_nameBytes) ? Encoding.ASCII.GetString(bytes) : null;

    /// <summary>An address in lower case, or null.</summary>
    public static string? Email(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 3 or > MaxEmail || bytes.IndexOf((byte)'@') < 1 || bytes.IndexOfAnyInRange((byte)0, (byte)' ') >= 0)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes).ToLowerInvariant();
        return text.Contains('\uFFFD', StringComparison.Ordinal) ? null : text;
    }

    /// <summary>Names come over and over; strangers cannot grow what is kept of them beyond <see cref="MaxKept"/>. It serves all users and anybody can make two
    /// texts with one hash, so the hash only finds the place: the bytes decide.</summary>
    private static string Kept(ReadOnlySpan<byte> bytes, ConcurrentDictionary<ulong, string> kept, SearchValues<byte> allowed)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        var hash = StableHash.Of(bytes);
        if (kept.TryGetValue(hash, out var known) && Ascii.Equals(bytes, known))
        {
            return known;
        }

        if (!IsName(bytes, allowed))
        {
            return Other;
        }

        var name = Encoding.ASCII.GetString(bytes);
        if (kept.Count < MaxKept)
        {
            kept[hash] = name;
        }

        return name;
    }

    /// <summary>Paths are no names: none begins as one.</summary>
    private static bool IsName(ReadOnlySpan<byte> bytes, SearchValues<byte> allowed) =>
        bytes.Length <= MaxName && bytes[0] is not ((byte)'/' or (byte)'.') && !bytes.StartsWith("~/"u8) && !bytes.ContainsAnyExcept(allowed);
}
