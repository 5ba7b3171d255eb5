using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Microsoft.AspNetCore.Http;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of refresh and access tokens promise.</summary>
[Collection<ContractTests>]
public sealed class TokenContractTests
{
    private const string Email = "amara@example.org";

    [Theory, EachDatabase]
    public async Task Exchange_LiveToken_IssuesAnAccessTokenAndMovesTheExpiry(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync(SecretToken.Stored("plain"), Email, now.AddDays(-1), now.AddDays(1), days: 30, division: "Data");

        var reply = await ExchangeAsync(database, "plain");

        Assert.NotNull(reply);
        Assert.Equal((Email, now.AddSeconds(28_800)), (reply.Email, reply.ExpiresAt));
        Assert.Equal([("2026-12-20 12:00:00", "2026-11-20 12:00:00")], await ExpiriesAsync(database));
        var user = (await database.ScalarAsync("SELECT user_id FROM users WHERE email = @email AND division = 'Data'", ("email", Email)))!.Value;
        Assert.Equal(
            [(Convert.ToHexString(SecretToken.Hash(reply.AccessToken)), user, SecretToken.Stored("plain"), database.Now, database.Now + 28_800_000)],
            await database.ListAsync(
                "SELECT token_hash, user_id, refresh_token, created_at, expires_at FROM access_tokens",
                rows => (Convert.ToHexString(rows.Bytes(0)), rows.Int64(1), rows.Text(2), rows.Int64(3), rows.Int64(4))));
        Assert.Equal(new TokenUser(user, Email), await AuthenticateAsync(database, reply.AccessToken));
    }

    [Theory, EachDatabase]
    public async Task Exchange_NeverShortensATokensLife(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync(SecretToken.Stored("long"), Email, now, now.AddDays(400), days: 10);
        await ExchangeAsync(database, "long");
        Assert.Equal([("2027-12-25 12:00:00", "2026-11-20 12:00:00")], await ExpiriesAsync(database));

        await database.ExecuteAsync("DELETE FROM refresh_tokens");
        await database.RefreshTokenAsync(SecretToken.Stored("endless"), Email, now, days: 10);
        await ExchangeAsync(database, "endless");
        Assert.Equal([((string?)null, "2026-11-20 12:00:00")], await ExpiriesAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Exchange_TokenWithoutDaysOfItsOwn_TakesTheReceivers(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync(SecretToken.Stored("plain"), Email, now, now.AddDays(1));

        await database.Make<TokenExchange>(new IdentityOptions { RefreshTokenRollingDays = 2 }).ExchangeAsync("plain");

        Assert.Equal([("2026-11-22 12:00:00", "2026-11-20 12:00:00")], await ExpiriesAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Exchange_DeadToken_IssuesNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync(SecretToken.Stored("revoked"), Email, now, revoked: true);
        await database.RefreshTokenAsync(SecretToken.Stored("expired"), Email, now, now);
        await database.RefreshTokenAsync(SecretToken.Stored("blank"), " ", now);
        await database.RefreshTokenAsync(SecretToken.Stored("live"), Email, now, now.AddSeconds(1));

        foreach (var token in (string[])["revoked", "expired", "blank", "unknown", "LIVE", SecretToken.Stored("live")])
        {
            Assert.False(await database.Store<TokenExchange>().IsLiveAsync(token, ContractTests.Token), token);
            Assert.Null(await ExchangeAsync(database, token));
        }

        Assert.True(await database.Store<TokenExchange>().IsLiveAsync("live", ContractTests.Token));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM access_tokens"));
    }

    [Theory, EachDatabase]
    public async Task Exchange_TimesInOtherSpellings_AreComparedAsInstants(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await InsertAsync(SecretToken.Stored("later"), "2026-11-20T12:00:01");
        await InsertAsync(SecretToken.Stored("day"), "2026-11-21");
        await InsertAsync(SecretToken.Stored("earlier"), "2026-11-20T11:59:59");

        Assert.NotNull(await ExchangeAsync(database, "later"));
        Assert.NotNull(await ExchangeAsync(database, "day"));
        Assert.Null(await ExchangeAsync(database, "earlier"));

        Task InsertAsync(string token, string expires) => database.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, email, expires_at) VALUES (@token, @email, @expires_at)", ("token", token), ("email", Email), ("expires_at", expires));
    }

    [Theory, EachDatabase]
    public async Task Exchange_PlainToken_IsStoredHashed_EvenIfItsHashIsStoredToo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync("plain", " Amara@Example.org", now, days: 7);
        await database.RefreshTokenAsync(SecretToken.Stored("plain"), Email, now, revoked: true, days: 9);

        Assert.NotNull(await ExchangeAsync(database, "plain"));

        Assert.Equal(
            [(SecretToken.Stored("plain"), Email, 7L)],
            await database.ListAsync("SELECT token, email, days_valid FROM refresh_tokens", rows => (rows.Text(0), rows.Text(1), rows.Int64(2))));
    }

    [Theory, EachDatabase]
    public async Task Authenticate_AccessToken_EndsWithItselfAndWithItsRefreshToken(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync(SecretToken.Stored("plain"), Email, now, now.AddDays(30));
        var token = (await ExchangeAsync(database, "plain"))!.AccessToken;

        Assert.NotNull(await AuthenticateAsync(database, token));
        Assert.Null(await AuthenticateAsync(database, token + "x"));

        await database.ExecuteAsync("UPDATE refresh_tokens SET revoked = 1");
        Assert.Null(await AuthenticateAsync(database, token));

        await database.ExecuteAsync("UPDATE refresh_tokens SET revoked = 0, expires_at = '2026-11-20 12:00:00'");
        Assert.Null(await AuthenticateAsync(database, token));

        await database.ExecuteAsync("UPDATE refresh_tokens SET expires_at = NULL");
        database.Time.Advance(TimeSpan.FromSeconds(28_800) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await AuthenticateAsync(database, token));

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await AuthenticateAsync(database, token));
    }

    [Theory, EachDatabase]
    public async Task CountActive_CountsThoseThatHaveNotExpired(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.AccessTokenAsync(1, 1, "r", database.Now);
        await database.AccessTokenAsync(2, 1, "r", database.Now + 1);
        await database.AccessTokenAsync(3, 1, "r", database.Now + 2);

        Assert.Equal(2, await database.Store<AccessTokenStore>().CountActiveAsync(ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Exchange_DeletesExpiredAccessTokens_AndTheOldestBeyondTheLimit(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.RefreshTokenAsync(SecretToken.Stored("plain"), Email, database.Time.GetUtcNow());
        await database.AccessTokenAsync(1, 1, "another", database.Now);
        await database.AccessTokenAsync(2, 1, "another", database.Now + 1);
        for (byte number = 10; number < 62; number++)
        {
            await database.AccessTokenAsync(number, 1, SecretToken.Stored("plain"), database.Now + number);
        }

        await ExchangeAsync(database, "plain");

        // Of this refresh token's 53, the one just issued lives longest, and the first three expire soonest.
        Assert.Equal(
            [2, .. Enumerable.Range(13, 49)],
            await database.ListAsync("SELECT token_hash FROM access_tokens WHERE expires_at < @until ORDER BY expires_at", rows => (int)rows.Bytes(0)[0],
                ("until", database.Now + 1000)));
        Assert.Equal(51, await database.ScalarAsync("SELECT count(*) FROM access_tokens"));
    }

    [Theory, EachDatabase]
    public async Task Sweep_ManuallyInsertedTokens_AreHashedAndTheirUsersAdded(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync("plain-a", "Amara@Example.org", now, division: "Data");
        await database.RefreshTokenAsync("plain-b", "bad\u0007@example.org", now);
        await database.RefreshTokenAsync("sha256:c", "chen@example.org", now);
        await database.RefreshTokenAsync("sha256:d", "dina@example.org", now, revoked: true);
        var hasher = database.Make<ManualTokenHasher>();

        await hasher.SweepAsync(ContractTests.Token);

        Assert.Equal(
            [
                (SecretToken.Stored("plain-a"), Email, false),
                (SecretToken.Stored("plain-b"), "bad\u0007@example.org", true),
                ("sha256:c", "chen@example.org", false),
                ("sha256:d", "dina@example.org", true),
            ],
            (await database.ListAsync("SELECT token, email, revoked FROM refresh_tokens", rows => (Token: rows.Text(0), Email: rows.Text(1), rows.Bool(2))))
                .OrderBy(row => row.Email, StringComparer.Ordinal));
        Assert.Equal(
            [(Email, "Data"), ("chen@example.org", "")],
            await database.ListAsync("SELECT email, division FROM users ORDER BY email", rows => (rows.Text(0), rows.Text(1))));
        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        Assert.Equal(("system", "user.refuse", @"bad\u{7}@example.org"), (line.Actor, line.Action, line.Target));
        Assert.Equal(0, await database.ScalarAsync(TokensSql.CountUnseen));
    }

    private static async Task<Ccflux.Contracts.Http.TokenReply?> ExchangeAsync(TestDatabase database, string token) =>
        (await database.Store<TokenExchange>().ExchangeAsync(token)).Value;

    /// <summary>As another process would, which has cached nothing.</summary>
    private static ValueTask<TokenUser?> AuthenticateAsync(TestDatabase database, string token)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = "Bearer " + token;
        return database.Make<AccessTokenStore>().AuthenticateAsync(request, ContractTests.Token);
    }

    private static Task<List<(string?, string?)>> ExpiriesAsync(TestDatabase database) =>
        database.ListAsync("SELECT expires_at, last_used_at FROM refresh_tokens", rows => (rows.TextOrNull(0), rows.TextOrNull(1)));
}
