namespace Ccflux.Receiver.Identity.Users;

/// <summary>Statements on refresh and access tokens. Times of refresh tokens are texts, compared only after datetime() has normalised them.</summary>
internal static class TokensSql
{
    public const string FindCaller = """
        SELECT a.user_id AS UserId, u.email AS Email, a.expires_at AS ExpiresAt
        FROM access_tokens a
        JOIN users u          ON u.user_id = a.user_id
        JOIN refresh_tokens r ON r.token = a.refresh_token
        WHERE a.token_hash = @Hash AND a.expires_at > @Now
          AND r.revoked = 0 AND (r.expires_at IS NULL OR datetime(r.expires_at) > datetime(@NowText))
        """;

    public const string IsLiveRefresh = """
        SELECT count(*) FROM refresh_tokens
        WHERE token IN (@Stored, @Plain) AND revoked = 0 AND trim(email) <> ''
          AND (expires_at IS NULL OR datetime(expires_at) > datetime(@NowText))
        """;

    /// <summary>Parameters: stored, plain, now as text.</summary>
    public const string SelectLiveRefresh = """
        SELECT token, email, coalesce(division, ''), days_valid FROM refresh_tokens
        WHERE token IN (?, ?) AND revoked = 0 AND trim(email) <> ''
          AND (expires_at IS NULL OR datetime(expires_at) > datetime(?))
        """;

    /// <summary>Rolling never shortens. Parameters: new expiry, now, token.</summary>
    public const string RollRefresh = """
        UPDATE refresh_tokens
        SET expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE max(datetime(expires_at), ?) END, last_used_at = ?
        WHERE token = ?
        """;

    /// <summary>Parameters: stored token, normalised e-mail address, the token as currently stored.</summary>
    public const string HashRefresh = "UPDATE OR REPLACE refresh_tokens SET token = ?, email = ? WHERE token = ?";

    /// <summary>Rows not processed yet: a plain token, or an e-mail address that matches no user as written. Rows beyond the limit wait for the next sweep.</summary>
    public const string SelectUnseen = $"SELECT rowid, token, email, coalesce(division, '') FROM refresh_tokens WHERE {IsUnseen} LIMIT 5000";

    public const string CountUnseen = $"SELECT count(*) FROM refresh_tokens WHERE {IsUnseen}";

    /// <summary>Parameters: stored token, normalised e-mail address, row.</summary>
    public const string TakeUp = "UPDATE OR REPLACE refresh_tokens SET token = ?, email = ? WHERE rowid = ?";

    /// <summary>For a row whose e-mail address is refused: its token is never valid. Parameters: stored token, row.</summary>
    public const string Refuse = "UPDATE OR REPLACE refresh_tokens SET token = ?, revoked = 1 WHERE rowid = ?";

    private const string IsUnseen = """
        token IS NOT NULL
        AND (token NOT LIKE 'sha256:%' OR (revoked = 0 AND trim(email) <> '' AND email NOT IN (SELECT email FROM users)))
        """;

    public const string InsertAccess =
        "INSERT INTO access_tokens (token_hash, user_id, refresh_token, created_at, expires_at) VALUES (?, ?, ?, ?, ?)";

    public const string DeleteExpiredAccess = "DELETE FROM access_tokens WHERE expires_at <= ?";

    /// <summary>Parameters: refresh token, refresh token, how many to keep.</summary>
    public const string DeleteOldestAccess = """
        DELETE FROM access_tokens
        WHERE refresh_token = ? AND token_hash NOT IN (
            SELECT token_hash FROM access_tokens WHERE refresh_token = ? ORDER BY expires_at DESC LIMIT ?)
        """;

    public const string CountActive = "SELECT count(*) FROM access_tokens WHERE expires_at > @Now";
}
