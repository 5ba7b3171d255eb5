using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>How a request to the issuer ended.</summary>
internal enum IssuerVerdict
{
    Ok = 1,

    /// <summary>The refresh token is dead or, for a profile, the access token is.</summary>
    Dead = 2,

    /// <summary>An answer that changed nothing: too many requests, not allowed, an error of the issuer. The request may be repeated.</summary>
    Refused = 3,

    /// <summary>Nothing was sent: no connection could be made.</summary>
    Unreachable = 4,

    /// <summary>The request was sent and no complete answer came: the refresh token may be spent.</summary>
    Unknown = 5,
}

/// <param name="Verdict">How it ended.</param>
/// <param name="Tokens">The tokens of a successful refresh.</param>
/// <param name="AccountUuid">The account, if the answer names it.</param>
/// <param name="Email">The e-mail address of the same account.</param>
/// <param name="OrganizationUuid">The organisation, if the answer names it.</param>
/// <param name="Reason">A word or two for the page; never text from the answer.</param>
/// <param name="RetryAfter">The delay that the issuer asked for.</param>
/// <param name="Body">The raw answer to a refresh that may have spent the refresh token, at most 64 KiB. Secret.</param>
/// <param name="At">When that answer came.</param>
internal sealed record IssuerAnswer(
    IssuerVerdict Verdict, RenewedTokens? Tokens = null, string? AccountUuid = null, string? Email = null, string? OrganizationUuid = null, string Reason = "", TimeSpan? RetryAfter = null,
    byte[]? Body = null, DateTimeOffset At = default)
{
    /// <summary>Never prints a token.</summary>
    public override string ToString() => $"{Verdict} {Reason}";
}

/// <summary>Asks the issuer of logins for new tokens, and for the owner of an access token. Identifies itself as ccflux; follows no redirects.</summary>
internal sealed class Issuer(FleetOptions options, QuotaOptions quota, UpstreamHttp http, TimeProvider time)
{
    private const int MaxAnswer = 64 * 1024;

    /// <summary>Well below <see cref="TokenRule.IntentLifetime"/>, and below the time that a receiver has to stop.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _token = new($"{options.TokenUpstream.TrimEnd('/')}/v1/oauth/token");
    private readonly Uri _profile = new($"{quota.TokenUpstream.TrimEnd('/')}/api/oauth/profile");

    /// <summary>Spends a login's refresh token. Only its own time limit cancels it: an answer that nobody waits for would be lost.</summary>
    public async Task<IssuerAnswer> RefreshAsync(Login login)
    {
        var body = new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = login.RefreshToken };
        if ((login.ClientId ?? options.ClientId) is { } client)
        {
            body["client_id"] = client;
        }

        if (login.Scope is { Length: > 0 } scope)
        {
            body["scope"] = scope;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _token);
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await SendAsync(request, (body, _) => RefreshAnswer.Read(body, time.GetUtcNow()), CancellationToken.None);
    }

    /// <summary>Asks for the owner of an access token.</summary>
    public async Task<IssuerAnswer> ProfileAsync(string accessToken, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _profile);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Add("anthropic-beta", "oauth-2025-04-20");
        return await SendAsync(request, (body, isWhole) => isWhole ? Parse(body, ReadProfile) : null, cancellationToken);
    }

    private async Task<IssuerAnswer> SendAsync(HttpRequestMessage request, Func<byte[], bool, IssuerAnswer?> read, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var (body, isWhole) = await ReadAsync(response.Content, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return response.IsSuccessStatusCode
                ? read(body, isWhole) ?? new IssuerAnswer(IssuerVerdict.Unknown, Reason: "an answer in an unknown format")
                : Failure(response, body);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new IssuerAnswer(IssuerVerdict.Unknown, Reason: "no answer in time");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
        {
            return new IssuerAnswer(IssuerVerdict.Unreachable, Reason: "cannot be reached");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new IssuerAnswer(IssuerVerdict.Unknown, Reason: "the connection ended without an answer");
        }
    }

    private IssuerAnswer Failure(HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        var error = Parse(body, root => new IssuerAnswer(IssuerVerdict.Ok, Reason: Text(root, "error") ?? ""))?.Reason;
        var isDead = status == 401 && response.RequestMessage?.Method == HttpMethod.Get || string.Equals(error, "invalid_grant", StringComparison.Ordinal);
        return isDead
            ? new IssuerAnswer(IssuerVerdict.Dead, Reason: string.Create(CultureInfo.InvariantCulture, $"refused ({status})"))
            : new IssuerAnswer(IssuerVerdict.Refused, Reason: string.Create(CultureInfo.InvariantCulture, $"answered {status}"), RetryAfter: wait > TimeSpan.Zero ? wait : null);
    }

    private static IssuerAnswer? ReadProfile(JsonElement root) => Part(root, "account") is { } account && Text(account, "uuid") is { Length: > 0 and <= FleetLimits.MaxId } uuid
        ? new IssuerAnswer(
            IssuerVerdict.Ok,
            AccountUuid: uuid,
            Email: Text(account, "email") ?? Text(account, "email_address"),
            OrganizationUuid: Part(root, "organization") is { } organization && Text(organization, "uuid") is { Length: > 0 and <= FleetLimits.MaxId } id ? id : null)
        : null;

    private static JsonElement? Part(JsonElement root, string name) => root.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    private static IssuerAnswer? Parse(byte[] body, Func<JsonElement, IssuerAnswer?> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (JsonException)
        {
            // Of another form; the caller reports it.
            return null;
        }
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads a body, or as much of it as arrived within the size limit.</summary>
    private static async Task<(byte[] Body, bool IsWhole)> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxAnswer + 1];
        var length = 0;
        var isWhole = true;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is var read and > 0)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The connection ended, or the time is up. What arrived may be all that is needed.
            isWhole = false;
        }

        return (buffer[..Math.Min(length, MaxAnswer)], isWhole && length <= MaxAnswer);
    }
}
