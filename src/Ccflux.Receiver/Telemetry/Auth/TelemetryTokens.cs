using System.Security.Cryptography;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>Issues, checks and revokes the tokens that telemetry is sent with: they can write telemetry and nothing else. Shown once, stored as a hash.</summary>
internal sealed class TelemetryTokens(ReadSessions readers, GroupCommitWriter writer, TelemetryOptions options, TimeProvider time) : IAccessCache
{
    private readonly RecentCache<string, TelemetryCaller> _recent = new(time);
    private readonly byte[]? _organisation = options.Token is { } token ? SecretToken.Hash(token) : null;

    /// <summary>Null if there is no token, or one that is unknown or revoked.</summary>
    public async ValueTask<TelemetryCaller?> AuthenticateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (SecretToken.Bearer(request) is not { } token)
        {
            return null;
        }

        var hash = SecretToken.Hash(token);
        if (_organisation is not null && CryptographicOperations.FixedTimeEquals(hash, _organisation))
        {
            return TelemetryCaller.Organisation;
        }

        var key = Convert.ToBase64String(hash);
        return _recent.TryGet(key, out var known) ? known : await ReadAsync(hash, key, cancellationToken);
    }

    /// <summary>Why a request without a valid token is refused.</summary>
    public async Task<Refusal> ExplainAsync(CancellationToken cancellationToken)
    {
        if (_organisation is null)
        {
            using var session = await readers.OpenUrgentAsync(cancellationToken);
            if (session.Scalar(TelemetryTokensSql.CountLive) == 0)
            {
                return Refusals.TelemetryNotSetUp;
            }
        }

        return Refusals.TelemetryTokenInvalid;
    }

    /// <summary>Issues a telemetry token for a user. It is in the answer and nowhere else; earlier ones stay valid.</summary>
    public Task<UserChangeResult> IssueAsync(Actor actor, string? email) => RunAsync(actor, "telemetry.issue", email, (session, user, address) =>
    {
        var token = SecretToken.NewTelemetry();
        session.Execute(TelemetryTokensSql.Insert, ("hash", SecretToken.Hash(token)), ("user", user), ("now", time.GetUtcNow().ToUnixTimeMilliseconds()));
        return UserChangeResult.Ok(address, token);
    });

    /// <summary>Issues a token and revokes all earlier ones at once.</summary>
    public Task<UserChangeResult> ReissueAsync(Actor actor, string? email) => RunAsync(actor, "telemetry.reissue", email, (session, user, address) =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var token = SecretToken.NewTelemetry();
        session.Execute(TelemetryTokensSql.Revoke, ("now", now), ("user", user));
        session.Execute(TelemetryTokensSql.Insert, ("hash", SecretToken.Hash(token)), ("user", user), ("now", now));
        return UserChangeResult.Ok(address, token);
    });

    /// <summary>Revokes all of a user's telemetry tokens at once.</summary>
    public Task<UserChangeResult> RevokeAsync(Actor actor, string? email) => RunAsync(actor, "telemetry.revoke", email, (session, user, address) =>
        session.Execute(TelemetryTokensSql.Revoke, ("now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("user", user)) > 0
            ? UserChangeResult.Ok(address)
            : UserChangeResult.Refused(AccountFault.NoLiveToken));

    public void Forget() => _recent.Clear();

    private async Task<TelemetryCaller?> ReadAsync(byte[] hash, string key, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        if (session.Scalar(TelemetryTokensSql.FindUser, ("hash", hash)) is not { } user)
        {
            return null;
        }

        var caller = new TelemetryCaller(user);
        _recent.Add(key, caller, generation);
        return caller;
    }

    private async Task<UserChangeResult> RunAsync(Actor actor, string action, string? email, Func<WriteSession, long, string, UserChangeResult> change)
    {
        var address = UserRules.Normalize(email);
        var result = await writer.WriteAsync(session =>
        {
            if (session.Scalar(TelemetryTokensSql.SelectUser, ("email", address)) is not { } user)
            {
                return UserChangeResult.Refused(AccountFault.UnknownUser);
            }

            var outcome = change(session, user, address);
            if (outcome.IsOk)
            {
                AuditLog.Write(session, new AuditEntry(time.GetUtcNow(), actor, action, outcome.Target, ""));
            }

            return outcome;
        });
        _recent.Clear();
        return result.Or(UserChangeResult.Busy);
    }
}
