using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>
/// Reads whatever is usable in the answer to a refresh. It cannot be requested again, because the refresh token is spent: a part that is missing,
/// of another type or cut off does not affect the rest.
/// <code>{"access_token":"…","refresh_token":"…","expires_in":28800,"account":{"uuid":"…"},"organization":{"uuid":"…"}}</code>
/// </summary>
internal sealed class RefreshAnswer
{
    /// <summary>How long an access token is assumed to live if nothing states it. The client assumes the same.</summary>
    public static readonly TimeSpan AssumedLife = TimeSpan.FromHours(1);

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);

    private RefreshAnswer()
    {
    }

    private string? AccountUuid => Id("account.uuid");

    private string? OrganizationUuid => Id("organization.uuid");

    /// <param name="body">The received bytes, complete or not.</param>
    /// <param name="at">When they came: lifetimes count from then.</param>
    public static IssuerAnswer Read(byte[] body, DateTimeOffset at)
    {
        var answer = new RefreshAnswer();
        try
        {
            // Parsed as a part of something longer, so that an answer that was cut off yields what comes before the cut.
            var reader = new Utf8JsonReader(body.AsSpan(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 32 }));
            answer.Collect(ref reader);
        }
        catch (JsonException)
        {
            // What was read so far is kept.
        }

        var access = answer.Token("access_token");
        var refresh = answer.Token("refresh_token");
        if (access is null && refresh is null)
        {
            return new IssuerAnswer(IssuerVerdict.Unknown, Reason: "an answer in an unknown format", Body: body, At: at);
        }

        var expires = access is null ? at : at + (answer.Life("expires_in") ?? AssumedLife);
        var until = answer.Life("refresh_token_expires_in") is { } life ? at + life : (DateTimeOffset?)null;
        return new IssuerAnswer(IssuerVerdict.Ok, new RenewedTokens(access, refresh, expires, until), answer.AccountUuid, OrganizationUuid: answer.OrganizationUuid, Body: body, At: at);
    }

    /// <summary>Collects texts and numbers of the object and its nested objects, by their path.</summary>
    private void Collect(ref Utf8JsonReader reader)
    {
        var outer = "";
        var name = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Text(ref reader);
                    outer = reader.CurrentDepth == 1 ? name : outer;
                    break;
                case JsonTokenType.String or JsonTokenType.Number when reader.CurrentDepth is 1 or 2:
                    var path = reader.CurrentDepth == 1 ? name : $"{outer}.{name}";
                    if (reader.TokenType is JsonTokenType.String)
                    {
                        _texts[path] = Text(ref reader);
                    }
                    else
                    {
                        _numbers[path] = Encoding.ASCII.GetString(reader.ValueSpan);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return ""; // half a character; no name and no token that counts has one
        }
    }

    private string? Token(string name) => _texts.GetValueOrDefault(name)?.Trim() is { } text && Login.IsToken(text) ? text : null;

    private string? Id(string path) => _texts.GetValueOrDefault(path) is { Length: > 0 and <= FleetLimits.MaxId } id ? id : null;

    private TimeSpan? Life(string name) =>
        double.TryParse(_numbers.GetValueOrDefault(name) ?? _texts.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;
}
