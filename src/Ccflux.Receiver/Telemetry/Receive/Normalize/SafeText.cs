using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Makes texts from bytes that strangers send. Only what looks like a name is accepted: short, printable ASCII without blanks,
/// which only models have. A sentence or a path in the place of a name is therefore not kept.</summary>
internal static class SafeText
{
    public const string Other = "other";

    /// <summary>The most characters of a label's value.</summary>
    public const int MaxLabel = 64;

    private const int MaxName = 100;
    private const int MaxEmail = 254;
    private const int MaxKept = 4096;

    private static readonly SearchValues<byte> s_nameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@[]+"u8);
    private static readonly SearchValues<byte> s_modelBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/@[]+ ,()~"u8);

    private static readonly ConcurrentDictionary<ulong, string> s_keptNames = new();
    private static readonly ConcurrentDictionary<ulong, string> s_keptModels = new();

    /// <summary>A tool, terminal or other name; empty for nothing, <see cref="Other"/> for anything that is not a name.</summary>
    public static string Name(ReadOnlySpan<byte> bytes) => Kept(bytes, s_keptNames, s_nameBytes);

    /// <summary>A model's name: gateways also give their models names with blanks, commas and parentheses.</summary>
    public static string Model(ReadOnlySpan<byte> bytes) => Kept(bytes.Trim((byte)' '), s_keptModels, s_modelBytes);

    /// <summary>An identifier such as <c>session.id</c>; null for nothing and for anything that is not an identifier.</summary>
    public static string? Id(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && IsName(bytes, s_nameBytes) ? Encoding.ASCII.GetString(bytes) : null;

    /// <summary>An e-mail address as users have it, or null: one with invisible characters would look like somebody else's.</summary>
    public static string? Email(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 3 or > MaxEmail || bytes.IndexOf((byte)'@') < 1 || bytes.IndexOfAnyInRange((byte)0, (byte)' ') >= 0)
        {
            return null;
        }

        return UserRules.TryNormalize(Encoding.UTF8.GetString(bytes), out var address) ? address : null;
    }

    /// <summary>What an organisation calls something, in any script: one line of at most <see cref="MaxLabel"/> characters, without invisible characters
    /// (controls, directional marks, halves of pairs) and without <c>|</c>, which separates labels in a query. Empty for nothing, and
    /// for <see cref="LabelNames.NotStated"/>, which must not mean anything else.</summary>
    public static string Label(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty && text.Length < MaxLabel)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            bytes = bytes[used..];
            if (status == OperationStatus.Done && Rune.IsWhiteSpace(rune))
            {
                text.Append(text.Length > 0 && text[^1] != ' ' ? " " : "");
            }
            else if (status == OperationStatus.Done && IsSeen(rune) && text.Length + rune.Utf16SequenceLength <= MaxLabel)
            {
                text.Append(rune.ToString());
            }
        }

        return text.ToString().TrimEnd() is var label and not LabelNames.NotStated ? label : "";
    }

    private static bool IsSeen(Rune rune) => rune.Value != '|' && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Names are repeated often; strangers cannot make this cache grow beyond <see cref="MaxKept"/>. It serves all users and anyone can construct two
    /// texts with the same hash, so the hash only finds the place: the bytes decide.</summary>
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

    /// <summary>Paths are not names: no name begins like one.</summary>
    private static bool IsName(ReadOnlySpan<byte> bytes, SearchValues<byte> allowed) =>
        bytes.Length <= MaxName && bytes[0] is not ((byte)'/' or (byte)'.') && !bytes.StartsWith("~/"u8) && !bytes.ContainsAnyExcept(allowed);
}
