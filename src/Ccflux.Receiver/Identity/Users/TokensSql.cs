namespace Ccflux.Receiver.Identity.Users;

/// <summary>Statements on refresh and access tokens. Times of refresh tokens are texts, compared only after datetime() has normalised them.</summary>
internal static class TokensSql
{
    public const string FindCaller = """
        SELECT a.user_id, u.email, a.expires_at
        FROM access_tokens a
        JOIN users u          ON u.user_id = a.user_id
        JOIN refresh_tokens r ON r.token = a.refresh_token
        WHERE a.token_hash = @hash AND a.expires_at > @now
          AND r.revoked = 0 AND (r.expires_at IS NULL OR datetime(r.expires_at) > datetime(@now_text))
        """;

    public const string IsLiveRefresh = """
        SELECT count(*) FROM refresh_tokens
        WHERE token IN (@stored, @plain) AND revoked = 0 AND trim(email) <> ''
          AND (expires_at IS NULL OR datetime(expires_at) > datetime(@now_text))
        """;

    public const string SelectLiveRefresh = """
        SELECT token, email, coalesce(division, ''), days_valid FROM refresh_tokens
        WHERE token IN (@stored, @plain) AND revoked = 0 AND trim(email) <> ''
          AND (expires_at IS NULL OR datetime(expires_at) > datetime(@now_text))
        FOR UPDATE
        """;

    /// <summary>Rolling never shortens.</summary>
    public const string RollRefresh = """
        UPDATE refresh_tokens
        SET expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE greatest(datetime(expires_at), @expires_at) END, last_used_at = @now_text
        WHERE token = @token
        """;

    /// <summary>Makes room for <see cref="HashRefresh"/>: the same token may be stored a second time, hashed.</summary>
    public const string DeleteRefresh = "DELETE FROM refresh_tokens WHERE token = @token";

    public const string HashRefresh = "UPDATE refresh_tokens SET token = @token, email = @email WHERE token = @old_token";

    /// <summary>Rows not processed yet: a plain token, or an e-mail address that matches no user as written. Rows beyond the limit wait for the next sweep.</summary>
    public const string SelectUnseen = $"SELECT rowid, token, email, coalesce(division, '') FROM refresh_tokens WHERE {IsUnseen} LIMIT 5000";

    public const string CountUnseen = $"SELECT count(*) FROM refresh_tokens WHERE {IsUnseen}";

    public const string TakeUp = "UPDATE OR REPLACE refresh_tokens SET token = @token, email = @email WHERE rowid = @row";

    /// <summary>For a row whose e-mail address is refused: its token is never valid.</summary>
    public const string Refuse = "UPDATE OR REPLACE refresh_tokens SET token = @token, revoked = 1 WHERE rowid = @row";

    private const string IsUnseen = """
        token IS NOT NULL
        AND (token NOT LIKE 'sha256:%' OR (revoked = 0 AND trim(email) <> '' AND email NOT IN (SELECT email FROM users)))
        """;

    public const string InsertAccess =
        "INSERT INTO access_tokens (token_hash, user_id, refresh_token, created_at, expires_at) VALUES (@hash, @user, @refresh_token, @now, @expires_at)";

    public const string DeleteExpiredAccess = "DELETE FROM access_tokens WHERE expires_at <= @now";

    public const string DeleteOldestAccess = """
        DELETE FROM access_tokens
        WHERE refresh_token = @refresh_token AND token_hash NOT IN (
            SELECT token_hash FROM access_tokens WHERE refresh_token = @refresh_token ORDER BY expires_at DESC LIMIT @keep)
        """;

    public const string CountActive = "SELECT count(*) FROM access_tokens WHERE expires_at > @now";
}
