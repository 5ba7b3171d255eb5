using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The text of <c>.credentials.json</c>: the login in it is found and replaced, every other byte stays as it is. The client keeps other things
/// in the file, among them secrets of plugins and of MCP servers.</summary>
internal sealed class CredentialsText
{
    /// <summary>Our own key next to the login: the number of the command that installed it. It changes in the same write as the login, so that
    /// after a crash the file itself shows which of the two it contains. The client keeps keys that it does not know.</summary>
    public const string MarkName = "ccfluxFleet";

    private const string LoginName = "claudeAiOauth";

    private readonly byte[] _json;
    private readonly Range? _login;
    private readonly Range? _mark;

    private CredentialsText(byte[] json, Range? login, Range? mark)
    {
        _json = json;
        _login = login;
        _mark = mark;
    }

    /// <summary>The login in the file; null if there is none.</summary>
    public byte[]? Login => _login is { } range ? _json[range] : null;

    public long? Mark => _mark is { } range && long.TryParse(_json.AsSpan(range), NumberStyles.None, CultureInfo.InvariantCulture, out var mark) ? mark : null;

    // {"mcpOAuth":{…},"claudeAiOauth":{"accessToken":"…","refreshToken":"…","expiresAt":1795293664999,…},"ccfluxFleet":41,"pluginSecrets":{…}}

    /// <summary>Null if it is not a JSON object: then none of it may be touched.</summary>
    public static CredentialsText? Parse(byte[]? json)
    {
        if (json is null || json.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return new CredentialsText("{}"u8.ToArray(), null, null);
        }

        Range? login = null, mark = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isLogin, isMark) = (reader.ValueTextEquals(LoginName), reader.ValueTextEquals(MarkName));
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = start..(int)reader.BytesConsumed;
                (login, mark) = (isLogin ? value : login, isMark ? value : mark);
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? new CredentialsText(json, login, mark) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The same file with another login.</summary>
    /// <param name="login">The login, in the client's form.</param>
    /// <param name="mark">The command that installs it; null removes the mark.</param>
    public byte[] With(ReadOnlySpan<byte> login, long? mark)
    {
        var text = Set(_json, _login, LoginName, login);
        var marked = Parse(text)!;
        return mark is { } number
            ? Set(text, marked._mark, MarkName, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)))
            : marked._mark is null ? text : Without(text, marked._mark.Value);
    }

    private static byte[] Set(byte[] json, Range? old, string name, ReadOnlySpan<byte> value)
    {
        if (old is { } range)
        {
            return [.. json.AsSpan(..range.Start.Value), .. value, .. json.AsSpan(range.End.Value..)];
        }

        var end = json.AsSpan().LastIndexOf((byte)'}');
        var head = json.AsSpan(..end).TrimEnd(" \t\r\n"u8);
        var comma = head.EndsWith("{"u8) ? "" : ",";
        return [.. head, .. Encoding.UTF8.GetBytes($"{comma}\"{name}\":"), .. value, .. json.AsSpan(head.Length..)];
    }

    /// <summary>Removes the mark, with its name and one comma.</summary>
    private static byte[] Without(byte[] json, Range mark)
    {
        var head = json.AsSpan(..json.AsSpan(..mark.Start.Value).LastIndexOf(Encoding.UTF8.GetBytes($"\"{MarkName}\""))).TrimEnd(" \t\r\n"u8);
        var tail = json.AsSpan(mark.End.Value..);
        if (head.EndsWith(","u8))
        {
            head = head[..^1];
        }
        else if (tail.TrimStart(" \t\r\n"u8).StartsWith(","u8))
        {
            tail = tail[(tail.IndexOf((byte)',') + 1)..];
        }

        return [.. head, .. tail];
    }
}
