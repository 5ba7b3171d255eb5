using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Rows that other stores write, for tests of a store that reads them. Ids are drawn by the database.</summary>
internal static class Given
{
    /// <summary>Who changes something.</summary>
    public static readonly Actor Admin = Actor.BreakGlass("admin", "192.0.2.7");

    /// <returns>The user's id.</returns>
    public static Task<long> UserAsync(this TestDatabase database, string email, string division = "") => database.InsertAsync(
        "INSERT INTO users (email, division, created_at) VALUES (@email, @division, @now) RETURNING user_id",
        ("email", email), ("division", division), ("now", database.Now));

    /// <param name="database">Where.</param>
    /// <param name="token">As it is stored.</param>
    /// <param name="email">Whose, as it is stored.</param>
    /// <param name="created">When.</param>
    /// <param name="expires">Null: never.</param>
    /// <param name="revoked">Whether it was revoked.</param>
    /// <param name="days">Days of its own; null: the receiver's.</param>
    /// <param name="division">Null: none was named.</param>
    public static Task RefreshTokenAsync(
        this TestDatabase database, string token, string email, DateTimeOffset created, DateTimeOffset? expires = null, bool revoked = false, long? days = null,
        string? division = null) =>
        database.ExecuteAsync(
            """
            INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at, days_valid)
            VALUES (@token, @email, @division, @expires_at, @revoked, @created_at, @days)
            """,
            ("token", token), ("email", email), ("division", division), ("expires_at", expires is { } end ? SqlTime.Text(end) : null), ("revoked", revoked),
            ("created_at", SqlTime.Text(created)), ("days", days));

    /// <returns>The device's id.</returns>
    public static Task<long> DeviceAsync(
        this TestDatabase database, long user, string name, long registeredAt, long? approvedAt = 1, long? revokedAt = null, long? lastSeenAt = null, string? key = null) =>
        database.InsertAsync(
            """
            INSERT INTO devices (user_id, public_key, name, registered_at, approved_at, revoked_at, last_seen_at)
            VALUES (@user, @public_key, @name, @registered_at, @approved_at, @revoked_at, @last_seen_at) RETURNING device_ref
            """,
            ("user", user), ("public_key", key ?? "key of " + name), ("name", name), ("registered_at", registeredAt), ("approved_at", approvedAt),
            ("revoked_at", revokedAt), ("last_seen_at", lastSeenAt));

    /// <param name="database">Where.</param>
    /// <param name="number">Its hash.</param>
    /// <param name="user">Whose.</param>
    /// <param name="refresh">The refresh token that it was issued for, as it is stored.</param>
    /// <param name="expires">When, in epoch milliseconds.</param>
    public static Task AccessTokenAsync(this TestDatabase database, byte number, long user, string refresh, long expires) => database.ExecuteAsync(
        TokensSql.InsertAccess, ("hash", new[] { number }), ("user", user), ("refresh_token", refresh), ("now", database.Now), ("expires_at", expires));
}
