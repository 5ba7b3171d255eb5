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

    // Models, tools and terminals come over and over; strangers cannot grow it beyond MaxKept. It serves all users and anybody can make two
    // texts with one hash, so the hash only finds the place: the bytes decide.
    private static readonly ConcurrentDictionary<ulong, string> s_kept = new();

    /// <summary>A model, tool, terminal or other name; empty for nothing, <see cref="Other"/> for what is none.</summary>
    public static string Name(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        var hash = StableHash.Of(bytes);
        if (s_kept.TryGetValue(hash, out var known) && Ascii.Equals(bytes, known))
        {
            return known;
        }

        if (!IsName(bytes))
        {
            return Other;
        }

        var name = Encoding.ASCII.GetString(bytes);
        if (s_kept.Count < MaxKept)
        {
            s_kept[hash] = name;
        }

        return name;
    }

    /// <summary>An identifier such as <c>session.id</c>; null for nothing and for what is none.</summary>
    public static string? Id(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && IsName(bytes) ? Encoding.ASCII.GetString(bytes) : null;

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

    private static bool IsName(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxName || bytes[0] is (byte)'/' or (byte)'~' or (byte)'.' or (byte)'\\')
        {
            return false;
        }

        foreach (var each in bytes)
        {
            if (!char.IsAsciiLetterOrDigit((char)each) && "-_.:/@[]+".IndexOf((char)each, StringComparison.Ordinal) < 0)
            {
                return false;
            }
        }

        return true;
    }
}
