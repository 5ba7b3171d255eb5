using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Statements on users and their tokens.</summary>
internal static class UsersSql
{
    /// <summary>A division set before is not replaced by a token's.</summary>
    public const string Upsert = """
        INSERT INTO users (email, division, created_at) VALUES (@email, @division, @now)
        ON CONFLICT (email) DO UPDATE SET division = CASE WHEN users.division = '' THEN excluded.division ELSE users.division END
        RETURNING user_id
        """;

    /// <summary>Users whose e-mail address is not all lower-case ASCII without surrounding blanks: few, and each is checked.</summary>
    public const string SelectUnusual = "SELECT user_id, email FROM users WHERE email <> lower(trim(email)) OR email GLOB '*[^!-~]*'";

    /// <summary>Does nothing if another user has the e-mail address.</summary>
    public const string Rename = """
        UPDATE users SET email = @email
        WHERE user_id = @user AND NOT EXISTS (SELECT 1 FROM users other WHERE other.email = @email AND other.user_id <> @user)
        """;

    public const string RenameTokens = "UPDATE refresh_tokens SET email = @email WHERE email = @old_email";

    /// <summary>Locks a user: what else decides about their devices, tokens or accounts waits for this transaction. Returns the e-mail address.</summary>
    public const string Lock = "SELECT email FROM users WHERE user_id = @user FOR UPDATE";

    public const string LockByEmail = "SELECT user_id FROM users WHERE email = @email FOR UPDATE";

    /// <summary>Adds a user without a division, so that there is a row to lock. Leaves one that exists as it is.</summary>
    public const string InsertMissing = "INSERT INTO users (email, division, created_at) VALUES (@email, '', @now) ON CONFLICT (email) DO NOTHING";

    public const string SelectUser = "SELECT user_id, division FROM users WHERE email = @email";

    public const string CountLiveTokens = """
        SELECT count(*) FROM refresh_tokens
        WHERE email = @email AND revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime(@now_text))
        """;

    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at, days_valid)
        VALUES (@token, @email, @division, @expires_at, 0, @now_text, @days_valid)
        """;

    public const string RevokeTokens = "UPDATE refresh_tokens SET revoked = 1 WHERE email = @email AND revoked = 0";

    public const string DeleteAccess = """
        DELETE FROM access_tokens
        WHERE refresh_token IN (SELECT token FROM refresh_tokens WHERE email = @email)
        """;

    public const string SelectNewestToken = """
        SELECT days_valid, coalesce(division, '') FROM refresh_tokens
        WHERE email = @email ORDER BY revoked, created_at DESC LIMIT 1
        """;

    public const string SetDivision = "UPDATE users SET division = @division WHERE email = @email";

    public const string SetTokenDivision = "UPDATE refresh_tokens SET division = @division WHERE email = @email";

    public const string StampRefusal = "UPDATE users SET last_refusal = @code, last_refusal_at = @now WHERE user_id = @user";

    /// <summary>The token that counts is a live one if there is one, then the newest. Columns: e-mail address, division, days valid.</summary>
    public const string FindSubject = $"""
        SELECT coalesce(u.email, @email), coalesce(u.division, t.division, ''), t.days_valid
        FROM (SELECT 1) AS x
        LEFT JOIN users u ON u.email = @email
        LEFT JOIN refresh_tokens t ON t.token = (
            SELECT token FROM refresh_tokens WHERE lower(trim(email)) = @email
            ORDER BY (revoked = 0 AND (expires_at IS NULL OR datetime(expires_at) > datetime(@now_text))) DESC NULLS LAST,
                     datetime(created_at) DESC NULLS LAST
            LIMIT 1)
        WHERE (u.email IS NOT NULL OR t.token IS NOT NULL) AND {ScopeSql.OfUser}
        """;
}
