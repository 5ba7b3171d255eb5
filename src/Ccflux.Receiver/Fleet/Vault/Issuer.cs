using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>How a question to the issuer ended.</summary>
internal enum IssuerVerdict
{
    Ok = 1,

    /// <summary>The refresh token is dead; for a profile, the access token is.</summary>
    Dead = 2,

    /// <summary>An answer that changed nothing: too many requests, not allowed, a fault of the issuer. It may be asked again.</summary>
    Refused = 3,

    /// <summary>Nothing was sent: no connection came about.</summary>
    Unreachable = 4,

    /// <summary>It was sent, and no whole answer came: the refresh token may be spent.</summary>
    Unknown = 5,
}

/// <param name="Verdict">How it ended.</param>
/// <param name="Tokens">Of a refresh that succeeded.</param>
/// <param name="AccountUuid">Whose, where the answer says so.</param>
/// <param name="Email">The same account's.</param>
/// <param name="OrganizationUuid">Of which organisation, where the answer says so.</param>
/// <param name="Reason">For the page, in a word or two; never of the answer's text.</param>
/// <param name="RetryAfter">What the issuer asked for.</param>
/// <param name="Body">What a refresh was answered with, as it came, where it may have spent the refresh token: at most 64 KiB. Secret.</param>
/// <param name="At">When that came.</param>
internal sealed record IssuerAnswer(
    IssuerVerdict Verdict, RenewedTokens? Tokens = null, string? AccountUuid = null, string? Email = null, string? OrganizationUuid = null, string Reason = "", TimeSpan? RetryAfter = null,
    byte[]? Body = null, DateTimeOffset At = default)
{
    /// <summary>No token is ever printed.</summary>
    public override string ToString() => $"{Verdict} {Reason}";
}

/// <summary>Asks the issuer of logins: new tokens for a refresh token, and whose an access token is. Under its own name; it follows no redirect.</summary>
internal sealed class Issuer(FleetOptions options, QuotaOptions quota, UpstreamHttp http, TimeProvider time)
{
    private const int MaxAnswer = 64 * 1024;

    /// <summary>Below <see cref="TokenRule.IntentLifetime"/> by far, and below what a receiver that stops is given.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _token = new($"{options.TokenUpstream.TrimEnd('/')}/v1/oauth/token");
    private readonly Uri _profile = new($"{quota.TokenUpstream.TrimEnd('/')}/api/oauth/profile");

    /// <summary>Spends a login's refresh token. Nothing ends it early but its own time limit: an answer that nobody waits for would be lost.</summary>
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

    /// <summary>Whose an access token is.</summary>
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
                ? read(body, isWhole) ?? new IssuerAnswer(IssuerVerdict.Unknown, Reason: "an answer of another form")
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
            // Of another form; the caller says so.
            return null;
        }
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A body, or as much of it as came and is taken.</summary>
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
            // The connection ended, or the time is up: what has come may be all that is needed.
            isWhole = false;
        }

        return (buffer[..Math.Min(length, MaxAnswer)], isWhole && length <= MaxAnswer);
    }
}
