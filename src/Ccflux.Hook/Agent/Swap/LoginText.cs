using System.Text.Json;
using Ccflux.Contracts.Fleet;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>A login in the client's form, as bytes.</summary>
internal sealed class LoginText
{
    private LoginText(byte[] json, string? fingerprint, bool canRenew)
    {
        Json = json;
        Fingerprint = fingerprint;
        CanRenew = canRenew;
    }

    public byte[] Json { get; }

    /// <summary>Null if it contains no token: a login that has ended.</summary>
    public string? Fingerprint { get; }

    /// <summary>Whether it has a refresh token. Without one it is a copy.</summary>
    public bool CanRenew { get; }

    public static LoginText? Of(byte[]? json)
    {
        try
        {
            if (json is null)
            {
                return null;
            }

            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new LoginText(json, CredentialFingerprint.Of(root), root.TryGetProperty("refreshToken", out var token) && token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 0 })
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The same login without its refresh token: the client works with it until the access token expires, and never renews it.</summary>
    public LoginText WithoutRefreshToken()
    {
        var reader = new Utf8JsonReader(Json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("refreshToken"u8))
            {
                continue;
            }

            reader.Read();
            byte[] copy = [.. Json.AsSpan(..(int)reader.TokenStartIndex), .. "\"\""u8, .. Json.AsSpan((int)reader.BytesConsumed..)];
            return Of(copy)!;
        }

        return this;
    }

    public override string ToString() => $"LoginText {{ {Fingerprint} }}";
}
