using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>
/// A login in the client's own form, with every key that it arrived with. <see cref="ToString"/> returns only its fingerprint.
/// <code>{"accessToken":"…","refreshToken":"…","expiresAt":1795270000000,"scopes":["user:inference"],"subscriptionType":"max","clientId":"…","accountUuid":"…"}</code>
/// </summary>
internal sealed class Login
{
    /// <summary>Tokens are printable ASCII; anything else could break out of a header.</summary>
    private const int MaxToken = 4096;

    /// <summary>Epoch milliseconds below this are in 2001 or earlier, if they are milliseconds at all: the client writes 0 if it does not know.</summary>
    private const double EarliestExpiry = 1e12;

    private const double LatestExpiry = 253_402_300_799_999;

    private readonly JsonObject _content;

    private Login(JsonObject content, string fingerprint)
    {
        _content = content;
        Fingerprint = fingerprint;
    }

    public string Fingerprint { get; }

    public string AccessToken => Text("accessToken") ?? "";

    public string? RefreshToken => Text("refreshToken") is { Length: > 0 } token ? token : null;

    public string AccessFingerprint => CredentialFingerprint.Of(AccessToken);

    /// <summary>When its access token expires, in whatever form the client wrote it; null if not stated. Then only the issuer knows.</summary>
    public DateTimeOffset? ExpiresAt => Number("expiresAt") is { } milliseconds and >= EarliestExpiry and <= LatestExpiry ? UnixTime.At((long)milliseconds) : null;

    public string? AccountUuid => Text("accountUuid") is { Length: > 0 and <= FleetLimits.MaxId } id ? id : null;

    /// <summary>The organisation that the seat belongs to.</summary>
    public string? OrganizationUuid => Text("organizationUuid") is { Length: > 0 and <= FleetLimits.MaxId } id ? id : null;

    public string? ClientId => Text("clientId");

    /// <summary>The plan in the issuer's words; empty if not stated.</summary>
    public string Plan => Text("rateLimitTier") ?? Text("subscriptionType") ?? "";

    public string? Scope => _content["scopes"] is JsonArray { Count: > 0 } scopes
        ? string.Join(' ', scopes.OfType<JsonValue>().Select(scope => scope.TryGetValue<string>(out var text) ? text : ""))
        : Text("scopes");

    /// <summary>Parses the client's <c>.credentials.json</c>, or its <c>claudeAiOauth</c> object alone.</summary>
    /// <param name="json">At most <see cref="FleetLimits.MaxLogin"/> bytes of the login itself.</param>
    /// <param name="fault">Why it is not a login. Quotes nothing from the input.</param>
    public static Login? Parse(ReadOnlySpan<byte> json, out string fault)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json["\uFEFF"u8.Length..];
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = FleetLimits.MaxDepth });
            if (JsonNode.Parse(ref reader) is JsonObject root)
            {
                return Of(root["claudeAiOauth"] as JsonObject ?? root, out fault);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text with half a surrogate pair. Reported below without the parser's message, which may quote the text.
        }
        catch (ArgumentException)
        {
            // A duplicate key.
        }

        fault = "The login is not a JSON object.";
        return null;
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, out string)"/>
    public static Login? Parse(JsonElement claudeAiOauth, out string fault) => Parse(Encoding.UTF8.GetBytes(claudeAiOauth.GetRawText()), out fault);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(_content);

    public JsonElement ToElement() => JsonSerializer.SerializeToElement(_content);

    /// <summary>The same login with the tokens that the issuer gave in exchange for its refresh token. All other keys are kept.</summary>
    public Login Renewed(RenewedTokens tokens)
    {
        var content = (JsonObject)_content.DeepClone();
        content["accessToken"] = tokens.AccessToken ?? AccessToken;
        content["expiresAt"] = tokens.ExpiresAt.ToUnixTimeMilliseconds();
        if (tokens.RefreshToken is { } refresh)
        {
            content["refreshToken"] = refresh;
        }

        if (tokens.RefreshExpiresAt is { } until)
        {
            content["refreshTokenExpiresAt"] = until.ToUnixTimeMilliseconds();
        }

        return new Login(content, CredentialFingerprint.Of(tokens.RefreshToken ?? RefreshToken ?? tokens.AccessToken ?? AccessToken));
    }

    /// <summary>A copy that works until its access token expires and that its user cannot renew.</summary>
    public Login WithoutRefresh()
    {
        var content = (JsonObject)_content.DeepClone();
        content["refreshToken"] = "";
        return new Login(content, AccessFingerprint);
    }

    /// <summary>Whether both have exactly the same tokens.</summary>
    public bool HasTokensOf(Login other) =>
        string.Equals(AccessToken, other.AccessToken, StringComparison.Ordinal) && string.Equals(RefreshToken, other.RefreshToken, StringComparison.Ordinal);

    public override string ToString() => Fingerprint;

    private static Login? Of(JsonObject content, out string fault)
    {
        fault = "";
        var login = new Login((JsonObject)content.DeepClone(), "");
        if (!IsToken(login.AccessToken))
        {
            fault = "claudeAiOauth.accessToken: missing, empty or not a token. A login that has ended has none: sign in again.";
        }
        else if (login.RefreshToken is { } refresh && !IsToken(refresh))
        {
            fault = "claudeAiOauth.refreshToken: not a token.";
        }
        else if (login.ToBytes().Length > FleetLimits.MaxLogin)
        {
            fault = $"claudeAiOauth: at most {FleetLimits.MaxLogin} bytes.";
        }

        return fault.Length > 0 ? null : new Login(login._content, CredentialFingerprint.Of(login.RefreshToken ?? login.AccessToken));
    }

    /// <summary>Whether a text can be a token: printable ASCII without spaces, up to the maximum length.</summary>
    public static bool IsToken(string text) => text.Length is > 0 and <= MaxToken && text.All(c => c is > ' ' and < (char)127);

    private string? Text(string name) => _content[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Reads a number, even one with a fraction or in quotes.</summary>
    private double? Number(string name) => _content[name] is not JsonValue value ? null
        : value.TryGetValue<long>(out var whole) ? whole
        : value.TryGetValue<double>(out var number) ? number
        : value.TryGetValue<string>(out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? number
        : null;
}

/// <summary>The tokens that the issuer returns for a refresh token, which is then spent.</summary>
/// <param name="AccessToken">Null if none can be read; the refresh token can get one.</param>
/// <param name="RefreshToken">Null if the issuer names none; the old one stays in use.</param>
/// <param name="ExpiresAt">When the access token expires, or is assumed to.</param>
internal sealed record RenewedTokens(string? AccessToken, string? RefreshToken, DateTimeOffset ExpiresAt, DateTimeOffset? RefreshExpiresAt)
{
    /// <summary>Never prints a token.</summary>
    public override string ToString() => nameof(RenewedTokens);
}
