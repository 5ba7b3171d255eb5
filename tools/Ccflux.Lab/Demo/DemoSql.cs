namespace Ccflux.Lab.Demo;

/// <summary>Statements for what the demo writes in addition to turns.</summary>
internal static class DemoSql
{
    public const string CountAll = """
        SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM refresh_tokens) + (SELECT count(*) FROM turns)
        """;

    /// <summary>Parameters: email, division, created at.</summary>
    public const string InsertUser = """
        INSERT INTO users (email, division, created_at) VALUES (?, ?, ?) RETURNING user_id
        """;

    /// <summary>Parameters: token's hash, email, division, expires at, revoked, created at.</summary>
    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at, days_valid) VALUES (?, ?, ?, ?, ?, ?, 365)
        """;

    /// <summary>Parameters: user, key, name, registered at, last seen at, approved at, revoked at, registered again.</summary>
    public const string InsertDevice = """
        INSERT INTO devices (user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at, reregistered)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING device_ref
        """;
}
