namespace Ccflux.Receiver.Identity;

/// <summary>Statements that keep tokens and devices revoked when a backup is restored; <c>former</c> is the database that it replaces.</summary>
internal static class RevocationsSql
{
    public const string SelectTokens = """
        SELECT r.email FROM main.refresh_tokens r JOIN former.refresh_tokens f ON f.token = r.token
        WHERE r.revoked = 0 AND f.revoked <> 0
        """;

    public const string RevokeTokens = """
        UPDATE main.refresh_tokens SET revoked = 1
        WHERE revoked = 0 AND token IN (SELECT token FROM former.refresh_tokens WHERE revoked <> 0)
        """;

    public const string SelectUnknownTokens = """
        SELECT email FROM main.refresh_tokens
        WHERE revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime('now')) AND token NOT IN (SELECT token FROM former.refresh_tokens)
        """;

    public const string SelectDevices = """
        SELECT u.email || ' ' || d.name
        FROM main.devices d JOIN main.users u ON u.user_id = d.user_id
        JOIN former.users fu ON fu.email = u.email JOIN former.devices f ON f.user_id = fu.user_id AND f.public_key = d.public_key
        WHERE d.revoked_at IS NULL AND f.revoked_at IS NOT NULL
        """;

    public const string RevokeDevices = """
        UPDATE main.devices SET revoked_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000
        WHERE revoked_at IS NULL AND EXISTS (
            SELECT 1 FROM main.users u
            JOIN former.users fu ON fu.email = u.email JOIN former.devices f ON f.user_id = fu.user_id
            WHERE u.user_id = devices.user_id AND f.public_key = devices.public_key AND f.revoked_at IS NOT NULL)
        """;

    public const string SelectUnknownDevices = """
        SELECT u.email || ' ' || d.name
        FROM main.devices d JOIN main.users u ON u.user_id = d.user_id
        WHERE d.revoked_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM former.users fu JOIN former.devices f ON f.user_id = fu.user_id
            WHERE fu.email = u.email AND f.public_key = d.public_key)
        """;

    /// <summary>Clients get new ones with their refresh tokens.</summary>
    public const string EndAccessTokens = "DELETE FROM access_tokens";

    /// <summary>Users whose live token is not in the backup.</summary>
    public const string SelectWithoutToken = """
        SELECT DISTINCT email FROM former.refresh_tokens
        WHERE revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime('now'))
          AND email NOT IN (SELECT email FROM main.refresh_tokens WHERE revoked = 0)
        ORDER BY email
        """;
}
