namespace Ccflux.Lab.Demo;

/// <summary>Statements for what the demo writes in addition to turns.</summary>
internal static class DemoSql
{
    public const string CountAll = """
        SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM refresh_tokens) + (SELECT count(*) FROM turns)
        """;

    public const string InsertUser = """
        INSERT INTO users (email, division, created_at) VALUES (@email, @division, @created_at) RETURNING user_id
        """;

    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at, days_valid)
        VALUES (@token, @email, @division, @expires_at, @revoked, @created_at, 365)
        """;

    public const string InsertDevice = """
        INSERT INTO devices (user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at, reregistered)
        VALUES (@user, @public_key, @name, @registered_at, @last_seen_at, @registered_at, @revoked_at, @reregistered) RETURNING device_ref
        """;
}
