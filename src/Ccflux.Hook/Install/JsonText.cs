using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccflux.Hook.Install;

/// <summary>The text of a JSON object that is changed member by member: what is not changed keeps every byte, its position and its indentation. Of several
/// members with one name the last counts, which is how Claude Code reads them.</summary>
internal sealed class JsonText
{
    private const string DefaultIndent = "  ";
    private byte[] _text;

    private JsonText(byte[] text) => _text = text;

    /// <param name="text">UTF-8; null, empty and white space stand for an object without members.</param>
    /// <exception cref="JsonException">It is not JSON, or not an object: then none of it may be touched.</exception>
    public static JsonText Parse(byte[]? text)
    {
        if (text is null || text.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return new JsonText("{}\n"u8.ToArray());
        }

        var reader = new Utf8JsonReader(text);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not an object");
        }

        while (reader.Read())
        {
            // Read to the end: broken text is found before anything is changed.
        }

        return new JsonText(text);
    }

    /// <summary>Whether two texts mean the same, whatever their layout. Both must be JSON, or null for an object without members.</summary>
    public static bool Same(byte[]? left, byte[]? right)
    {
        using var first = JsonDocument.Parse(Parse(left)._text);
        using var second = JsonDocument.Parse(Parse(right)._text);
        return JsonElement.DeepEquals(first.RootElement, second.RootElement);
    }

    public byte[] ToBytes() => _text;

    public bool Has(params ReadOnlySpan<string> path) => Find(path) is not null;

    /// <summary>A string, or a number, <c>true</c> or <c>false</c> as written; null if there is none of these.</summary>
    public string? Text(params ReadOnlySpan<string> path)
    {
        if (Find(path) is not { } value)
        {
            return null;
        }

        using var document = JsonDocument.Parse(_text.AsMemory(value.Start, value.Length));
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.String => TextOf(document.RootElement),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => document.RootElement.GetRawText(),
            _ => null,
        };
    }

    /// <summary>A copy of a value; null if there is none, or it is <c>null</c>.</summary>
    public JsonNode? Node(params ReadOnlySpan<string> path) => Find(path) is { } value ? JsonNode.Parse(_text.AsSpan(value.Start, value.Length)) : null;

    public bool IsObject(params ReadOnlySpan<string> path) => Find(path) is { } value && _text[value.Start] == '{';

    /// <summary>The names of an object's members; empty if there is no object.</summary>
    public IReadOnlyList<string> Names(params ReadOnlySpan<string> path) =>
        Find(path) is { } value && _text[value.Start] == '{' ? [.. Members(value.Start).List.Select(member => member.Name).Distinct(StringComparer.Ordinal)] : [];

    /// <summary>Sets a member, in place if it exists and last if it does not. Objects on the way to it are created, replacing values that are not objects.</summary>
    public void Set(ReadOnlySpan<string> path, JsonNode value)
    {
        var at = Root();
        for (var depth = 0; ; depth++)
        {
            var members = Members(at);
            var isLast = depth == path.Length - 1;
            if (members.Last(path[depth]) is not { } member)
            {
                Insert(members, path[depth], Wrapped(path[(depth + 1)..], value));
                return;
            }

            if (isLast || _text[member.Value] != '{')
            {
                Replace(members, member, Wrapped(path[(depth + 1)..], value));
                return;
            }

            at = member.Value;
        }
    }

    /// <summary>Removes every member of that name, so that no earlier one takes effect instead.</summary>
    public void Remove(params ReadOnlySpan<string> path)
    {
        while (Find(path[..^1]) is { } owner && _text[owner.Start] == '{')
        {
            var members = Members(owner.Start);
            var index = members.List.FindLastIndex(Named(path[^1]));
            if (index < 0)
            {
                return;
            }

            var (from, to) = members.List.Count == 1 ? (members.Open + 1, members.Close)
                : index == members.List.Count - 1 ? (members.List[index - 1].End, members.List[index].End)
                : (members.List[index].Start, members.List[index + 1].Start);
            Splice(from, to, []);
        }
    }

    private static Predicate<Member> Named(string name) => member => string.Equals(member.Name, name, StringComparison.Ordinal);

    private static JsonNode Wrapped(ReadOnlySpan<string> path, JsonNode value)
    {
        for (var i = path.Length - 1; i >= 0; i--)
        {
            value = new JsonObject { [path[i]] = value };
        }

        return value;
    }

    private void Insert(MemberList members, string name, JsonNode value)
    {
        var quoted = JsonValue.Create(name).ToJsonString(Options(indented: false));
        if (members.List.Count == 0)
        {
            var isRoot = members.Open == Root();
            if (!isRoot && !SpansLines(Members(Root())))
            {
                Splice(members.Open + 1, members.Close, $"{quoted}:{Format(value, null)}");
                return;
            }

            var outer = isRoot ? "" : LineIndent(members.Open);
            Splice(members.Open + 1, members.Close, $"{NewLine()}{outer}{Unit()}{quoted}: {Format(value, outer + Unit())}{NewLine()}{outer}");
            return;
        }

        var (first, last) = (members.List[0], members.List[^1]);
        var colon = Slice(first.NameEnd, first.Value);
        if (SpansLines(members))
        {
            var indent = LineIndent(first.Start);
            Splice(last.End, last.End, $",{NewLine()}{indent}{quoted}{colon}{Format(value, indent)}");
        }
        else
        {
            var comma = members.List.Count > 1 ? Slice(first.End, members.List[1].Start) : ",";
            Splice(last.End, last.End, $"{comma}{quoted}{colon}{Format(value, null)}");
        }
    }

    private void Replace(MemberList members, Member member, JsonNode value)
    {
        using var current = JsonDocument.Parse(_text.AsMemory(member.Value, member.End - member.Value));
        using var wanted = JsonDocument.Parse(value.ToJsonString());
        if (!JsonElement.DeepEquals(current.RootElement, wanted.RootElement))
        {
            Splice(member.Value, member.End, Format(value, SpansLines(members) ? LineIndent(member.Start) : null));
        }
    }

    /// <param name="value">The value to write.</param>
    /// <param name="indent">The indentation of the line that it starts on; null for a single line.</param>
    private string Format(JsonNode value, string? indent) =>
        indent is null ? value.ToJsonString(Options(indented: false)) : value.ToJsonString(Options(indented: true)).Replace("\n", "\n" + indent, StringComparison.Ordinal);

    private JsonSerializerOptions Options(bool indented)
    {
        var unit = Unit();
        return new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
            IndentCharacter = unit[0],
            IndentSize = unit.Length,
            NewLine = NewLine(),
        };
    }

    /// <summary>The indentation that the file uses for its own members.</summary>
    private string Unit()
    {
        var members = Members(Root());
        var unit = SpansLines(members) ? LineIndent(members.List[0].Start) : "";
        return unit.Length is > 0 and <= 16 && unit.All(c => c == unit[0]) ? unit : DefaultIndent;
    }

    private string NewLine() => _text.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";

    private bool SpansLines(MemberList members) => members.List.Count > 0 && _text.AsSpan(members.Open, members.List[0].Start - members.Open).Contains((byte)'\n');

    /// <summary>The white space at the start of the line that contains a position.</summary>
    private string LineIndent(int at)
    {
        var start = _text.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var end = start;
        while (end < at && _text[end] is (byte)' ' or (byte)'\t')
        {
            end++;
        }

        return Slice(start, end);
    }

    private string Slice(int from, int to) => Encoding.UTF8.GetString(_text.AsSpan(from, to - from));

    private void Splice(int from, int to, string text) => Splice(from, to, Encoding.UTF8.GetBytes(text));

    private void Splice(int from, int to, byte[] text) => _text = [.. _text.AsSpan(0, from), .. text, .. _text.AsSpan(to)];

    private int Root() => _text.AsSpan().IndexOf((byte)'{');

    private (int Start, int Length)? Find(ReadOnlySpan<string> path)
    {
        var (start, end) = (Root(), _text.Length);
        foreach (var name in path)
        {
            if (_text[start] != '{' || Members(start).Last(name) is not { } member)
            {
                return null;
            }

            (start, end) = (member.Value, member.End);
        }

        return (start, end - start);
    }

    private MemberList Members(int open)
    {
        var reader = new Utf8JsonReader(_text.AsSpan(open));
        reader.Read();
        var list = new List<Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = open + (int)reader.TokenStartIndex;
            var nameEnd = start + reader.ValueSpan.Length + 2;
            var name = NameOf(ref reader);
            reader.Read();
            var value = open + (int)reader.TokenStartIndex;
            reader.Skip();
            list.Add(new Member(name, start, nameEnd, value, open + (int)reader.BytesConsumed));
        }

        return new MemberList(open, open + (int)reader.TokenStartIndex, list);
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a string that is no text", error);
        }
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a name that is no text", error); // half of a surrogate pair, or bytes that are not UTF-8
        }
    }

    /// <summary>Positions in the text: of the name's opening quote, after its closing quote, of the value, and after the value.</summary>
    private sealed record Member(string Name, int Start, int NameEnd, int Value, int End);

    private sealed record MemberList(int Open, int Close, List<Member> List)
    {
        public Member? Last(string name) => List.FindLast(Named(name));
    }
}
