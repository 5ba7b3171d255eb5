using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>Verifies the token that Cloudflare Access adds to each request: RS256 by one of the team's keys, for this application, valid now.</summary>
internal sealed class CloudflareAccessTokens(CloudflareAccessOptions options, CloudflareAccessKeys keys, TimeProvider time)
{
    private const int MaxToken = 8 * 1024;

    /// <summary>The tolerated clock difference.</summary>
    private static readonly TimeSpan s_leeway = TimeSpan.FromSeconds(60);

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxToken };

    public async ValueTask<CloudflareAccessVerdict> VerifyAsync(string? token, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(token))
        {
            return CloudflareAccessVerdict.Missing;
        }

        if (Read(token) is not { Alg: SecurityAlgorithms.RsaSha256, Kid: { Length: > 0 and <= CloudflareAccessKeys.MaxName } name } jwt)
        {
            return CloudflareAccessVerdict.Malformed;
        }

        var (key, isKnown) = await keys.FindAsync(name, cancellationToken);
        if (key is null)
        {
            return isKnown ? CloudflareAccessVerdict.UnknownKey : CloudflareAccessVerdict.Unverifiable;
        }

        var result = await _handler.ValidateTokenAsync(jwt, Expected(key));
        return result.IsValid ? CloudflareAccessVerdict.Valid : VerdictOn(result.Exception);
    }

    private TokenValidationParameters Expected(SecurityKey key)
    {
        var issuer = options.Issuer.GetLeftPart(UriPartial.Authority);
        return new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = key,
            ValidIssuers = [issuer, $"{issuer}/"],
            ValidAudience = options.Audience,
            LifetimeValidator = (notBefore, expires, token, _) => IsNow(notBefore, expires, ((JsonWebToken)token).IssuedAt),
        };
    }

    /// <summary>Checks the times against our own clock, because the library's cannot be replaced.</summary>
    /// <exception cref="SecurityTokenException">The token is not valid now.</exception>
    private bool IsNow(DateTime? notBefore, DateTime? expires, DateTime issued)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is not { } end || issued == default)
        {
            return false;
        }

        if (end + s_leeway <= now)
        {
            throw new SecurityTokenExpiredException();
        }

        var begin = notBefore > issued ? notBefore.Value : issued;
        return begin - s_leeway <= now ? true : throw new SecurityTokenNotYetValidException();
    }

    private JsonWebToken? Read(string token)
    {
        try
        {
            return _handler.CanReadToken(token) ? _handler.ReadJsonWebToken(token) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or SecurityTokenException)
        {
            return null; // Reported as malformed.
        }
    }

    private static CloudflareAccessVerdict VerdictOn(Exception exception) => exception switch
    {
        SecurityTokenExpiredException => CloudflareAccessVerdict.Expired,
        SecurityTokenNotYetValidException => CloudflareAccessVerdict.NotYet,
        SecurityTokenInvalidAudienceException => CloudflareAccessVerdict.WrongAudience,
        SecurityTokenInvalidIssuerException => CloudflareAccessVerdict.WrongIssuer,
        SecurityTokenInvalidSignatureException => CloudflareAccessVerdict.Forged,
        _ => CloudflareAccessVerdict.Malformed,
    };
}
