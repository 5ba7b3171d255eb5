namespace Ccflux.Receiver.Identity.Users;

/// <summary>Statements on users and their tokens.</summary>
internal static class UsersSql
{
    /// <summary>A division set before is not replaced by a token's. Parameters: email, division, now.</summary>
    public const string Upsert = """
        INSERT INTO users (email, division, created_at) VALUES (?, ?, ?)
        ON CONFLICT (email) DO UPDATE SET division = CASE WHEN users.division = '' THEN excluded.division ELSE users.division END
        RETURNING user_id
        """;

    /// <summary>Users whose e-mail address is not all lower-case ASCII without surrounding blanks: few, and each is checked.</summary>
    public const string SelectUnusual = "SELECT user_id, email FROM users WHERE email <> lower(trim(email)) OR email GLOB '*[^!-~]*'";

    /// <summary>Does nothing if another user has the e-mail address. Parameters: e-mail address, user.</summary>
    public const string Rename = "UPDATE OR IGNORE users SET email = ? WHERE user_id = ?";

    /// <summary>Parameters: new e-mail address, old e-mail address.</summary>
    public const string RenameTokens = "UPDATE refresh_tokens SET email = ? WHERE email = ?";

    /// <summary>Parameter: user.</summary>
    public const string SelectEmail = "SELECT email FROM users WHERE user_id = ?";

    /// <summary>Parameters: email, now as text.</summary>
    public const string CountLiveTokens = """
        SELECT count(*) FROM refresh_tokens
        WHERE email = ? AND revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime(?))
        """;

    /// <summary>Parameters: stored token, email, division, expiry, now as text, days.</summary>
    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at, days_valid)
        VALUES (?, ?, ?, ?, 0, ?, ?)
        """;

    /// <summary>Parameter: email.</summary>
    public const string RevokeTokens = "UPDATE refresh_tokens SET revoked = 1 WHERE email = ? AND revoked = 0";

    /// <summary>Parameter: email.</summary>
    public const string DeleteAccess = """
        DELETE FROM access_tokens
        WHERE refresh_token IN (SELECT token FROM refresh_tokens WHERE email = ?)
        """;

    /// <summary>Parameter: email.</summary>
    public const string SelectNewestToken = """
        SELECT days_valid, coalesce(division, '') FROM refresh_tokens
        WHERE email = ? ORDER BY revoked, created_at DESC LIMIT 1
        """;

    /// <summary>Parameters: division, email.</summary>
    public const string SetDivision = "UPDATE users SET division = ? WHERE email = ?";

    /// <summary>Parameters: division, email.</summary>
    public const string SetTokenDivision = "UPDATE refresh_tokens SET division = ? WHERE email = ?";

    /// <summary>Parameters: error code, now, user.</summary>
    public const string StampRefusal = "UPDATE users SET last_refusal = ?, last_refusal_at = ? WHERE user_id = ?";

    /// <summary>The token that counts is a live one if there is one, then the newest. Parameters: @Email, @Now as text.</summary>
    public const string FindSubject = """
        SELECT coalesce(u.email, @Email) AS Email, coalesce(u.division, t.division, '') AS Division, t.days_valid AS DaysValid
        FROM (SELECT 1)
        LEFT JOIN users u ON u.email = @Email
        LEFT JOIN refresh_tokens t ON t.token = (
            SELECT token FROM refresh_tokens WHERE lower(trim(email)) = @Email
            ORDER BY revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime(@Now)) DESC, datetime(created_at) DESC LIMIT 1)
        WHERE u.email IS NOT NULL OR t.token IS NOT NULL
        """;
}
